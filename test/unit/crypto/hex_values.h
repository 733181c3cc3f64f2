#pragma once

#include <daler/crypto/hash.h>
#include <daler/encoding/hex.h>
#include <test.h>

namespace daler::test {

inline Bytes hex(std::string_view text) {
    const auto bytes = from_hex(text);
    REQUIRE(bytes);
    return *bytes;
}

inline crypto::Digest256 digest(std::string_view text) {
    crypto::Digest256 out;
    REQUIRE(from_hex(text, out));
    return out;
}

}  // namespace daler::test
