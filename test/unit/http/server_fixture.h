#pragma once

#include <daler/http/server.h>
#include <test.h>

namespace daler::http::test {

/// A server for the user of "Basic good" that does not keep others waiting long.
inline Options options() {
    Options out;
    out.authorize = [](std::string_view authorization, std::string_view) {
        return authorization == "Basic good";
    };
    out.refusal_delay = std::chrono::milliseconds(20);
    return out;
}

inline void start(Server& server) {
    const auto started = server.start();
    if (!started) FAIL(started.error());
}

}  // namespace daler::http::test
