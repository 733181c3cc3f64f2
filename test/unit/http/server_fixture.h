#pragma once

#include <daler/http/server.h>
#include <test.h>

namespace daler::http::test {

/// Options of a server that accepts "Basic good" and has short delays.
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
