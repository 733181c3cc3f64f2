#pragma once

#include <daler/wire/address.h>
#include <test.h>

namespace daler::wire::test {

/// The address that `text` spells.
inline HostAddress host(std::string_view text) {
    const auto parsed = HostAddress::from_text(text);
    REQUIRE(parsed);
    return *parsed;
}

}  // namespace daler::wire::test
