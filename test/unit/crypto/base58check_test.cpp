#include <daler/crypto/base58check.h>
#include <daler/encoding/hex.h>

#include <test.h>

using namespace daler;
using namespace daler::crypto;

TEST_CASE("base58check round-trips the address of the genesis block", "[crypto]") {
    const auto payload = from_hex("0062e907b15cbf27d5425399ebf6f0fb50ebb88f18");
    REQUIRE(payload);
    const std::string address = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";
    CHECK(base58check_encode(*payload) == address);
    CHECK(base58check_decode(address) == *payload);
    CHECK(base58check_decode(address, 21) == *payload);
    CHECK_FALSE(base58check_decode(address, 20));
}

TEST_CASE("base58check refuses a wrong checksum", "[crypto]") {
    CHECK_FALSE(base58check_decode("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"));
    CHECK_FALSE(base58check_decode("1A1zP1eP5QGefi2DMPTfTL5SLmv7Divf0a"));
    CHECK_FALSE(base58check_decode(""));
    CHECK_FALSE(base58check_decode("111"));
    // Four zero bytes are not the checksum of nothing.
    CHECK_FALSE(base58check_decode("1111"));
    CHECK(base58check_decode(base58check_encode({})) == Bytes{});
}
