#include <daler/crypto/cipher.h>
#include <daler/encoding/hex.h>

#include <test.h>

using namespace daler;
using namespace daler::crypto;

TEST_CASE("AES-256-CBC gives what NIST's example says, and padding after it", "[crypto]") {
    // SP 800-38A, F.2.5.
    const auto key = *from_hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    const auto iv = *from_hex("000102030405060708090a0b0c0d0e0f");
    const auto plain = *from_hex("6bc1bee22e409f96e93d7e117393172a");
    const auto sealed = encrypt_aes256_cbc(key, iv, plain);
    REQUIRE(sealed.size() == 32);
    CHECK(to_hex(ByteSpan(sealed).first(16)) == "f58c4c04d6e5f1ba779eabfb5f7bfbd6");
    const auto opened = decrypt_aes256_cbc(key, iv, sealed);
    REQUIRE(opened);
    CHECK(std::ranges::equal(opened->bytes(), plain));
    CHECK_FALSE(decrypt_aes256_cbc(key, iv, ByteSpan(sealed).first(16)));
    auto other_key = key;
    other_key[0] ^= 1;
    CHECK_FALSE(decrypt_aes256_cbc(other_key, iv, sealed));
}

TEST_CASE("a passphrase is hashed with its salt, as often as it says", "[crypto]") {
    // Computed with another program.
    const auto salt = *from_hex("0001020304050607");
    const auto once = stretch_passphrase(as_bytes("test"), salt, 1);
    CHECK(once.bytes().size() == 48);
    const auto twice = stretch_passphrase(as_bytes("test"), salt, 2);
    CHECK_FALSE(std::ranges::equal(once.bytes(), twice.bytes()));
    CHECK(to_hex(once.bytes()) ==
          "9db170135498d3e98bedf0ebcf4fe8fc7b9672a9ce5fc48d1f3ac3dcd4a86243"
          "01ffd38143b572d6f3ec29f776a78b46");
    CHECK(to_hex(twice.bytes()) ==
          "c3a2d9d55c0c3096c03e482153ad334faec12fa795e71f139ab7e3582e53f7d9"
          "182cab7f91b11e99de20d2a033294ece");
}

TEST_CASE("secret bytes move, and what is cut off is gone", "[crypto]") {
    SecretBytes secret(as_bytes("secret"));
    auto* place = secret.bytes().data();
    secret.shorten(2);
    CHECK(as_text(ByteSpan(place, 6)) == std::string_view("se\0\0\0\0", 6));
    const SecretBytes moved = std::move(secret);
    CHECK(moved.bytes().data() == place);
    CHECK(as_text(moved.bytes()) == "se");
    CHECK(SecretBytes().empty());
}
