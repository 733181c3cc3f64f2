#include <daler/crypto/hash.h>
#include <daler/encoding/hex.h>

#include <crypto/crc32c.h>

#include "hex_values.h"

#include <test.h>

using namespace daler;
using namespace daler::crypto;
using namespace daler::test;

namespace {

Bytes repeat(std::uint8_t byte, std::size_t times) {
    return Bytes(times, byte);
}

}  // namespace

TEST_CASE("SHA-256 gives the digests of FIPS 180-2", "[crypto]") {
    CHECK(to_hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(to_hex(sha256(as_bytes("abc"))) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(to_hex(sha256(repeat('a', 1'000'000))) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256d is SHA-256 twice", "[crypto]") {
    CHECK(sha256d(as_bytes("hello")) == sha256(sha256(as_bytes("hello"))));
    const Digest256 a = sha256(as_bytes("a"));
    const Digest256 b = sha256(as_bytes("b"));
    Bytes both(a.begin(), a.end());
    both.insert(both.end(), b.begin(), b.end());
    CHECK(sha256d(a, b) == sha256d(both));
    CHECK(sha256d(std::array<ByteSpan, 3>{a, ByteSpan{}, b}) == sha256d(both));
}

TEST_CASE("the hash of the genesis header is the genesis block hash", "[crypto]") {
    const auto header = hex(
        "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b2"
        "7ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c");
    auto hash = sha256d(header);
    std::ranges::reverse(hash);
    CHECK(to_hex(hash) == "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
}

TEST_CASE("RIPEMD-160 gives the digests its authors published", "[crypto]") {
    CHECK(to_hex(ripemd160({})) == "9c1185a5c5e9fc54612808977ee8f548b2258d31");
    CHECK(to_hex(ripemd160(as_bytes("abc"))) == "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc");
    CHECK(to_hex(ripemd160(as_bytes("message digest"))) ==
          "5d0689ef49d2fae572b881b123a85ffa21595f36");
    CHECK(to_hex(ripemd160(repeat('a', 1'000'000))) == "52783243c1697bdbe16d37f97f68f08325dc1528");
    CHECK(hash160(as_bytes("abc")) == ripemd160(sha256(as_bytes("abc"))));
}

TEST_CASE("SHA-1 gives the digests of RFC 3174", "[crypto]") {
    CHECK(to_hex(sha1(as_bytes("abc"))) == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(to_hex(sha1(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))) ==
          "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
}

TEST_CASE("HMAC gives the values of RFC 4231", "[crypto]") {
    struct Example {
        Bytes key, data;
        std::string_view sha256, sha512;
    };
    const std::vector<Example> examples{
        {repeat(0x0b, 20), Bytes(as_bytes("Hi There").begin(), as_bytes("Hi There").end()),
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
         "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274ea"
         "ea3f4e4"
         "be9d914eeb61f1702e696c203a126854"},
        {hex("4a656665"), hex("7768617420646f2079612077616e7420666f72206e6f7468696e673f"),
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
         "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f"
         "8f0e6fd"
         "caeab1a34d4a6b4b636e070a38bce737"},
        {repeat(0xaa, 20), repeat(0xdd, 50),
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
         "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47"
         "e67c807"
         "b946a337bee8942674278859e13292fb"},
        {repeat(0xaa, 131),
         hex("54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579"
             "202d2048617368204b6579204669727374"),
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
         "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215"
         "d6a1e52"
         "95e64f73f63f0aec8b915a985d786598"},
    };
    for (const auto& example : examples) {
        CHECK(to_hex(hmac_sha256(example.key, example.data)) == example.sha256);
        CHECK(to_hex(hmac_sha512(example.key, example.data)) == example.sha512);
    }
    CHECK(to_hex(hmac_sha256({}, {})) ==
          "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("data in pieces hashes as in one piece", "[crypto]") {
    const auto data = repeat('x', 200);
    Sha256 hasher;
    for (const std::size_t size : {0u, 1u, 63u, 64u, 72u})
        hasher.add(ByteSpan(data).first(size));
    CHECK(hasher.finish() == sha256(data));
    CHECK(hasher.add(data).finish_double() == sha256d(data));
}

TEST_CASE("a copy of a hasher is independent", "[crypto]") {
    Sha256 one;
    one.add(as_bytes("a"));
    Sha256 two = one;
    one.add(as_bytes("b"));
    two.add(as_bytes("c"));
    CHECK(one.finish() == sha256(as_bytes("ab")));
    CHECK(two.finish() == sha256(as_bytes("ac")));
    Sha256 three = std::move(one);
    one = two.add(as_bytes("d"));
    CHECK(three.finish() == sha256({}));
    CHECK(one.finish() == sha256(as_bytes("d")));
}

TEST_CASE("a tagged hash starts with the tag's hash twice", "[crypto][bip340]") {
    const Digest256 tag = sha256(as_bytes("BIP0340/challenge"));
    CHECK(Sha256::tagged("BIP0340/challenge").add(as_bytes("x")).finish() ==
          Sha256().add(tag).add(tag).add(as_bytes("x")).finish());
}

TEST_CASE("SipHash-2-4 gives the values of its reference implementation", "[crypto]") {
    const std::uint64_t k0 = 0x0706050403020100;
    const std::uint64_t k1 = 0x0f0e0d0c0b0a0908;
    Bytes data;
    for (std::uint8_t i = 0; i < 15; ++i)
        data.push_back(i);
    CHECK(siphash(k0, k1, {}) == 0x726fdb47dd0e0e31);
    CHECK(siphash(k0, k1, ByteSpan(data).first(1)) == 0x74f839c593dc67fd);
    CHECK(siphash(k0, k1, ByteSpan(data).first(8)) == 0x93f5f5799a932462);
    CHECK(siphash(k0, k1, data) == 0xa129ca6149be45e5);
}

TEST_CASE("CRC-32C gives the values of RFC 3720, with and without the instruction", "[crypto]") {
    Bytes rising(32);
    for (std::size_t i = 0; i < rising.size(); ++i)
        rising[i] = static_cast<std::uint8_t>(i);
    const std::vector<std::pair<Bytes, std::uint32_t>> examples{
        {{}, 0},
        {repeat(0, 32), 0x8a9136aa},
        {repeat(0xff, 32), 0x62a8ab43},
        {rising, 0x46dd794e},
        {Bytes(as_bytes("123456789").begin(), as_bytes("123456789").end()), 0xe3069283},
    };
    for (const auto& [data, expected] : examples) {
        CHECK(crc32c(data) == expected);
        CHECK(crc32c_portable(data, 0) == expected);
        const std::size_t half = data.size() / 2;
        CHECK(crc32c(ByteSpan(data).subspan(half), crc32c(ByteSpan(data).first(half))) == expected);
    }
}

TEST_CASE("CRC-32C of long data is the same with and without the instruction", "[crypto]") {
    Bytes data(20'000);
    std::uint64_t word = 0;
    for (auto& byte : data)
        byte = static_cast<std::uint8_t>(siphash(1, 2, as_bytes(std::to_string(++word))));
    for (const auto size :
         std::vector<std::size_t>{1023, 1024, 3071, 3072, 3073, 6143, 6144, 9221, 20'000}) {
        const auto part = ByteSpan(data).last(size);
        CHECK(crc32c(part) == crc32c_portable(part, 0));
        CHECK(crc32c(part, 77) == crc32c_portable(part, 77));
    }
}

TEST_CASE("hkdf_sha256 gives the published values of RFC 5869", "[crypto]") {
    const auto derive = [](const char* secret, const char* salt, const char* info) {
        return to_hex(crypto::hkdf_sha256(*from_hex(secret), *from_hex(salt), *from_hex(info)));
    };
    const auto* const secret = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";
    CHECK(derive(secret, "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9") ==
          "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
    CHECK(derive(secret, "", "") ==
          "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}
