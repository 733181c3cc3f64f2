#include <daler/crypto/base58check.h>
#include <daler/crypto/key.h>
#include <daler/encoding/hex.h>

#include "hex_values.h"

#include <test.h>

using namespace daler;
using namespace daler::crypto;
using namespace daler::test;

namespace {

PrivateKey key(std::string_view text) {
    const auto out = PrivateKey::from_bytes(hex(text));
    REQUIRE(out);
    return *out;
}

PublicKey public_key(std::string_view text) {
    const auto out = PublicKey::from_bytes(hex(text));
    REQUIRE(out);
    return *out;
}

// The group order n of secp256k1 and its neighbours (SEC 2).
constexpr auto order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
constexpr auto order_minus_1 = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140";
constexpr auto zero = "0000000000000000000000000000000000000000000000000000000000000000";
constexpr auto one = "0000000000000000000000000000000000000000000000000000000000000001";
constexpr auto generator = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
constexpr auto generator_y = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";

}  // namespace

TEST_CASE("a private key is 32 bytes in 1 to order - 1", "[crypto]") {
    CHECK_FALSE(PrivateKey::from_bytes(hex(zero)));
    CHECK(PrivateKey::from_bytes(hex(one)));
    CHECK(PrivateKey::from_bytes(hex(order_minus_1)));
    CHECK_FALSE(PrivateKey::from_bytes(hex(order)));
    CHECK_FALSE(PrivateKey::from_bytes(hex("01")));
    CHECK_FALSE(PrivateKey::from_bytes({}));
}

TEST_CASE("the public key of 1 is the generator", "[crypto]") {
    CHECK(to_hex(key(one).public_key().bytes()) == std::string("02") + generator);
    CHECK(to_hex(key(one).public_key(false).bytes()) ==
          std::string("04") + generator + generator_y);
    CHECK(to_hex(key(one).x_only().bytes) == generator);
    CHECK(to_hex(key(one).public_key().hash()) == "751e76e8199196d454941c45d1b3a323f1433bd6");
}

TEST_CASE("a public key has the length of its first byte's form", "[crypto]") {
    for (int first = 0; first < 256; ++first) {
        for (const std::size_t size : {0u, 1u, 32u, 33u, 34u, 64u, 65u, 66u}) {
            Bytes bytes(size);
            if (size > 0) bytes[0] = static_cast<std::uint8_t>(first);
            const bool fits = ((first == 2 || first == 3) && size == 33) ||
                              ((first == 4 || first == 6 || first == 7) && size == 65);
            CHECK(PublicKey::from_bytes(bytes).has_value() == fits);
        }
    }
}

TEST_CASE("is_on_curve is true for points of the curve only", "[crypto]") {
    const std::string x(generator), y(generator_y);
    CHECK(public_key("02" + x).is_on_curve());
    CHECK(public_key("04" + x + y).is_on_curve());
    CHECK(public_key("06" + x + y).is_on_curve());  // hybrid, and y is even
    CHECK_FALSE(public_key("07" + x + y).is_on_curve());
    CHECK_FALSE(public_key("04" + x + x).is_on_curve());
    CHECK_FALSE(public_key("02" + std::string(64, 'f')).is_on_curve());
    CHECK_FALSE(PublicKey().is_on_curve());
    CHECK_FALSE(XOnlyKey{}.is_on_curve());
    CHECK_FALSE(XOnlyKey::from_bytes(hex("00")));
}

TEST_CASE("signatures are deterministic, small and verify", "[crypto]") {
    const PrivateKey signer =
        key("12b004fff7f4b69ef8650e767f18f11ede158148b425660723b9f9a66e61f747");
    for (int i = 0; i < 64; ++i) {
        const Digest256 hash = sha256(as_bytes(std::to_string(i)));
        const Bytes signature = signer.sign_ecdsa(hash);
        CHECK(signature == signer.sign_ecdsa(hash));
        CHECK(signature.size() <= 70);
        CHECK(signature[3] <= 32);
        CHECK(is_low_s(signature));
        CHECK(signer.public_key().verify_ecdsa(hash, signature));
        CHECK(signer.public_key(false).verify_ecdsa(hash, signature));
        CHECK_FALSE(signer.public_key().verify_ecdsa(sha256(hash), signature));
        CHECK_FALSE(key(one).public_key().verify_ecdsa(hash, signature));
    }
}

TEST_CASE("signatures are those that bitcoind makes", "[crypto]") {
    const auto wif = base58check_decode("5HxWvvfubhXpYYpS3tJkw6fq9jE9j18THftkZjHHfmFiWtmAbrj");
    REQUIRE(wif);
    const auto signer = PrivateKey::from_bytes(ByteSpan(*wif).subspan(1));
    REQUIRE(signer);
    const Digest256 hash = sha256d(as_bytes("Very deterministic message"));
    CHECK(to_hex(signer->sign_ecdsa(hash)) ==
          "304402205dbbddda71772d95ce91cd2d14b592cfbc1dd0aabd6a394b6c2d377bbe59d31d"
          "022014ddda21494a4e221f0824f0b8b924c43fa43c0ad57dccdaa11f81a6bd4582f6");
    CHECK(to_hex(signer->sign_recoverable(hash, false)) ==
          "1c5dbbddda71772d95ce91cd2d14b592cfbc1dd0aabd6a394b6c2d377bbe59d31d"
          "14ddda21494a4e221f0824f0b8b924c43fa43c0ad57dccdaa11f81a6bd4582f6");
}

TEST_CASE("a signature whose first R is high is made with another nonce", "[crypto]") {
    // The plain RFC 6979 signature of key 1 over this text, published in many places, has a high R.
    const Digest256 hash = sha256(as_bytes("Satoshi Nakamoto"));
    const Bytes plain =
        hex("3045022100934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8"
            "02202442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5");
    CHECK(key(one).public_key().verify_ecdsa(hash, plain));
    const Bytes made = key(one).sign_ecdsa(hash);
    CHECK(made != plain);
    CHECK(made.size() <= 70);
    CHECK(key(one).public_key().verify_ecdsa(hash, made));
}

TEST_CASE("a signature verifies with either S, and is_low_s is true for the low one only",
          "[crypto]") {
    const Digest256 hash = sha256(as_bytes("message"));
    const Bytes low = key(one).sign_ecdsa(hash);
    REQUIRE(is_low_s(low));
    // order - S, by hand.
    Bytes high = low;
    const std::size_t s_at = low.size() - 32;
    REQUIRE(low[s_at - 1] == 32);
    const Bytes n = hex(order);
    int borrow = 0;
    for (std::size_t i = 32; i-- > 0;) {
        const int value = n[i] - low[s_at + i] - borrow;
        borrow = value < 0 ? 1 : 0;
        high[s_at + i] = static_cast<std::uint8_t>(value & 0xff);
    }
    high[s_at - 1] = 33;
    high.insert(high.begin() + static_cast<std::ptrdiff_t>(s_at), 0);
    high[1] = static_cast<std::uint8_t>(high.size() - 2);
    CHECK_FALSE(is_low_s(high));
    CHECK(key(one).public_key().verify_ecdsa(hash, high));
}

TEST_CASE("garbage does not verify", "[crypto]") {
    const PublicKey signer = key(one).public_key();
    const Digest256 hash{};
    CHECK_FALSE(signer.verify_ecdsa(hash, {}));
    CHECK_FALSE(signer.verify_ecdsa(hash, hex("3006020100020100")));
    CHECK_FALSE(signer.verify_ecdsa(hash, hex("3006020101020101")));
    CHECK_FALSE(PublicKey().verify_ecdsa(hash, hex("3006020101020101")));
}

TEST_CASE("a recoverable signature gives back its key", "[crypto]") {
    const Digest256 hash = sha256(as_bytes("signed message"));
    for (const bool compressed : {false, true}) {
        const PrivateKey signer = PrivateKey::generate();
        auto signature = signer.sign_recoverable(hash, compressed);
        CHECK(recover_public_key(hash, signature) == signer.public_key(compressed));
        signature[0] = 26;
        CHECK_FALSE(recover_public_key(hash, signature));
        signature[0] = 35;
        CHECK_FALSE(recover_public_key(hash, signature));
    }
    CHECK_FALSE(recover_public_key(hash, Bytes(64)));
    CHECK_FALSE(recover_public_key(hash, Bytes(65, 27)) == key(one).public_key());
}

TEST_CASE("tweaking the private and the public key agree", "[crypto][bip32]") {
    const PrivateKey secret = PrivateKey::generate();
    const Digest256 tweak = sha256(as_bytes("tweak"));
    const auto tweaked = secret.tweak_add(tweak);
    REQUIRE(tweaked);
    CHECK(tweak_add(secret.public_key(), tweak) == tweaked->public_key());
    CHECK_FALSE(secret.tweak_add(digest(order)));
    CHECK_FALSE(key(one).tweak_add(digest(order_minus_1)));
    CHECK_FALSE(tweak_add(key(one).public_key(), digest(order_minus_1)));
    CHECK(key(one).tweak_add(digest(zero))->bytes()[31] == 1);
}

TEST_CASE("a taproot output key is the internal key tweaked", "[crypto][bip341]") {
    // Secrets of both parities of y.
    for (const auto text :
         {one, "0000000000000000000000000000000000000000000000000000000000000006"}) {
        const PrivateKey secret = key(text);
        const Digest256 tweak = sha256(as_bytes("tap"));
        const auto output = secret.x_only().tweak_add(tweak);
        REQUIRE(output);
        CHECK(secret.x_only().check_tweak(output->key, output->parity, tweak));
        CHECK_FALSE(secret.x_only().check_tweak(output->key, !output->parity, tweak));
        CHECK_FALSE(secret.x_only().check_tweak(output->key, output->parity, sha256(tweak)));
        const auto tweaked = secret.tweak_x_only(tweak);
        REQUIRE(tweaked);
        CHECK(tweaked->x_only() == output->key);
        CHECK((tweaked->public_key().bytes()[0] == 3) == output->parity);
        CHECK_FALSE(secret.x_only().tweak_add(digest(order)));
    }
}
