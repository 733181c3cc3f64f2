#include <daler/primitives/salted_hasher.h>

#include <test.h>

using namespace daler;

TEST_CASE("a hash is shown in the reverse order of its bytes", "[primitives]") {
    Txid txid;
    txid.bytes[0] = 0x01;
    txid.bytes[31] = 0xab;
    const std::string text = "ab" + std::string(60, '0') + "01";
    CHECK(txid.to_hex() == text);
    CHECK(Txid::from_hex(text) == txid);
}

TEST_CASE("a hash is 64 hex digits and nothing else", "[primitives]") {
    CHECK(BlockHash::from_hex(std::string(64, 'F')));
    CHECK_FALSE(BlockHash::from_hex(std::string(63, '0')));
    CHECK_FALSE(BlockHash::from_hex(std::string(66, '0')));
    CHECK_FALSE(BlockHash::from_hex(std::string(62, '0') + "0x"));
    CHECK_FALSE(BlockHash::from_hex(""));
}

TEST_CASE("a salted hasher depends on its secret, the id and the index", "[primitives]") {
    const SaltedHasher one(1, 2), other(3, 4);
    const Txid txid{crypto::sha256d(as_bytes("a"))};
    CHECK(one(txid) == SaltedHasher(1, 2)(txid));
    CHECK(one(txid) != other(txid));
    CHECK(one(OutPoint{txid, 0}) != one(OutPoint{txid, 1}));
    CHECK(SaltedHasher()(txid) != SaltedHasher()(txid));
}
