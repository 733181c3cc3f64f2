#include <daler/crypto/key.h>
#include <daler/encoding/hex.h>

#include "../support/vectors.h"

#include <test.h>
#include <sstream>

using namespace daler;
using namespace daler::crypto;

namespace {

std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> out;
    std::istringstream in(line);
    for (std::string field; std::getline(in, field, ',');)
        out.push_back(field);
    return out;
}

Digest256 digest(std::string_view text) {
    Digest256 out;
    REQUIRE(from_hex(text, out));
    return out;
}

}  // namespace

TEST_CASE("every Schnorr signature of BIP 340 is made and judged as published",
          "[crypto][bip340]") {
    const auto text = test::read_vectors("bips/bip-0340_test-vectors.csv");
    if (!text) return;
    std::istringstream lines(*text);
    std::string line;
    std::getline(lines, line);
    int verified = 0;
    int signed_count = 0;
    while (std::getline(lines, line)) {
        if (line.ends_with('\r')) line.pop_back();
        const auto fields = split(line);
        REQUIRE(fields.size() >= 7);
        CAPTURE(fields[0]);
        const auto key = XOnlyKey::from_bytes(from_hex(fields[2]).value());
        const auto message = from_hex(fields[4]).value();
        const auto signature = from_hex(fields[5]).value();
        REQUIRE(key);
        CHECK(key->verify_schnorr(message, signature) == (fields[6] == "TRUE"));
        ++verified;
        // The library signs 32 bytes, which is all that transactions need.
        if (fields[1].empty() || message.size() != 32) continue;
        const auto secret = PrivateKey::from_bytes(from_hex(fields[1]).value());
        REQUIRE(secret);
        CHECK(secret->x_only() == *key);
        const auto made = secret->sign_schnorr(digest(fields[4]), digest(fields[3]));
        CHECK(std::ranges::equal(made, signature));
        ++signed_count;
    }
    CHECK(verified == 19);
    CHECK(signed_count == 4);
}

TEST_CASE("a Schnorr signature has 64 bytes", "[crypto][bip340]") {
    const auto secret = PrivateKey::generate();
    const Digest256 hash = sha256(as_bytes("message"));
    const auto signature = secret.sign_schnorr(hash, {});
    CHECK(secret.x_only().verify_schnorr(hash, signature));
    CHECK_FALSE(secret.x_only().verify_schnorr(hash, ByteSpan(signature).first(63)));
    Bytes longer(signature.begin(), signature.end());
    longer.push_back(1);
    CHECK_FALSE(secret.x_only().verify_schnorr(hash, longer));
    CHECK_FALSE(XOnlyKey{}.verify_schnorr(hash, signature));
}
