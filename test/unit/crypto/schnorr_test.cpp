#include <daler/crypto/key.h>
#include <daler/encoding/hex.h>

#include "../support/vectors.h"

#include "hex_values.h"

#include <test.h>
#include <sstream>

using namespace daler;
using namespace daler::crypto;
using namespace daler::test;

namespace {

std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> out;
    std::istringstream in(line);
    for (std::string field; std::getline(in, field, ',');)
        out.push_back(field);
    return out;
}

/// The vectors of BIP 340 whose messages have 32 bytes, which is all that transactions sign:
/// number, secret key, public key, randomness, message, signature, whether it verifies.
constexpr std::string_view short_vectors =
    R"(0,0000000000000000000000000000000000000000000000000000000000000003,f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9,0000000000000000000000000000000000000000000000000000000000000000,0000000000000000000000000000000000000000000000000000000000000000,e907831f80848d1069a5371b402410364bdf1c5f8307b0084c55f1ce2dca821525f66a4a85ea8b71e482a74f382d2ce5ebeee8fdb2172f477df4900d310536c0,TRUE
1,b7e151628aed2a6abf7158809cf4f3c762e7160f38b4da56a784d9045190cfef,dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659,0000000000000000000000000000000000000000000000000000000000000001,243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89,6896bd60eeae296db48a229ff71dfe071bde413e6d43f917dc8dcf8c78de33418906d11ac976abccb20b091292bff4ea897efcb639ea871cfa95f6de339e4b0a,TRUE
2,c90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b14e5c9,dd308afec5777e13121fa72b9cc1b7cc0139715309b086c960e18fd969774eb8,c87aa53824b4d7ae2eb035a2b5bbbccc080e76cdc6d1692c4b0b62d798e6d906,7e2d58d8b3bcdf1abadec7829054f90dda9805aab56c77333024b9d0a508b75c,5831aaeed7b44bb74e5eab94ba9d4294c49bcf2a60728d8b4c200f50dd313c1bab745879a5ad954a72c45a91c3a51d3c7adea98d82f8481e0e1e03674a6f3fb7,TRUE
3,0b432b2677937381aef05bb02a66ecd012773062cf3fa2549e44f58ed2401710,25d1dff95105f5253c4022f628a996ad3a0d95fbf21d468a1b33f8c160d8f517,ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff,ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff,7eb0509757e246f19449885651611cb965ecc1a187dd51b64fda1edc9637d5ec97582b9cb13db3933705b32ba982af5af25fd78881ebb32771fc5922efc66ea3,TRUE
4,,d69c3509bb99e412e68b0fe8544e72837dfa30746d8be2aa65975f29d22dc7b9,,4df3c3f68fcc83b27e9d42c90431a72499f17875c81a599b566c9889b9696703,00000000000000000000003b78ce563f89a0ed9414f5aa28ad0d96d6795f9c6376afb1548af603b3eb45c9f8207dee1060cb71c04e80f593060b07d28308d7f4,TRUE
5,,eefdea4cdb677750a420fee807eacf21eb9898ae79b9768766e4faa04a2d4a34,,243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89,6cff5c3ba86c69ea4b7376f31a9bcb4f74c1976089b2d9963da2e5543e17776969e89b4c5564d00349106b8497785dd7d1d713a8ae82b32fa79d5f7fc407d39b,FALSE
6,,dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659,,243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89,fff97bd5755eeea420453a14355235d382f6472f8568a18b2f057a14602975563cc27944640ac607cd107ae10923d9ef7a73c643e166be5ebeafa34b1ac553e2,FALSE
7,,dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659,,243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89,1fa62e331edbc21c394792d2ab1100a7b432b013df3f6ff4f99fcb33e0e1515f28890b3edb6e7189b630448b515ce4f8622a954cfe545735aaea5134fccdb2bd,FALSE
8,,dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659,,243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89,6cff5c3ba86c69ea4b7376f31a9bcb4f74c1976089b2d9963da2e5543e177769961764b3aa9b2ffcb6ef947b6887a226e8d7c93e00c5ed0c1834ff0d0c2e6da6,FALSE
9,,dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659,,243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89,0000000000000000000000000000000000000000000000000000000000000000123dda8328af9c23a94c1feecfd123ba4fb73476f0d594dcb65c6425bd186051,FALSE
10,,dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659,,243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89,00000000000000000000000000000000000000000000000000000000000000017615fbaf5ae28864013c099742deadb4dba87f11ac6754f93780d5a1837cf197,FALSE
11,,dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659,,243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89,4a298dacae57395a15d0795ddbfd1dcb564da82b0f269bc70a74f8220429ba1d69e89b4c5564d00349106b8497785dd7d1d713a8ae82b32fa79d5f7fc407d39b,FALSE
12,,dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659,,243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89,fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f69e89b4c5564d00349106b8497785dd7d1d713a8ae82b32fa79d5f7fc407d39b,FALSE
13,,dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659,,243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89,6cff5c3ba86c69ea4b7376f31a9bcb4f74c1976089b2d9963da2e5543e177769fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141,FALSE
14,,fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30,,243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89,6cff5c3ba86c69ea4b7376f31a9bcb4f74c1976089b2d9963da2e5543e17776969e89b4c5564d00349106b8497785dd7d1d713a8ae82b32fa79d5f7fc407d39b,FALSE
)";

struct Counts {
    int verified = 0;
    int signed_count = 0;
};

/// Makes and verifies the signature of each line of `text`.
Counts check_vectors(const std::string& text) {
    std::istringstream lines(text);
    Counts out;
    for (std::string line; std::getline(lines, line);) {
        if (line.ends_with('\r')) line.pop_back();
        const auto fields = split(line);
        REQUIRE(fields.size() >= 7);
        CAPTURE(fields[0]);
        const auto key = XOnlyKey::from_bytes(from_hex(fields[2]).value());
        const auto message = from_hex(fields[4]).value();
        const auto signature = from_hex(fields[5]).value();
        REQUIRE(key);
        CHECK(key->verify_schnorr(message, signature) == (fields[6] == "TRUE"));
        ++out.verified;
        // The library signs 32 bytes.
        if (fields[1].empty() || message.size() != 32) continue;
        const auto secret = PrivateKey::from_bytes(from_hex(fields[1]).value());
        REQUIRE(secret);
        CHECK(secret->x_only() == *key);
        const auto made = secret->sign_schnorr(digest(fields[4]), digest(fields[3]));
        CHECK(std::ranges::equal(made, signature));
        ++out.signed_count;
    }
    return out;
}

}  // namespace

TEST_CASE("Schnorr signatures of 32 bytes are made and verified as in BIP 340",
          "[crypto][bip340]") {
    const auto counts = check_vectors(std::string(short_vectors));
    CHECK(counts.verified == 15);
    CHECK(counts.signed_count == 4);
}

TEST_CASE("every Schnorr signature of BIP 340 is made and verified as published",
          "[crypto][bip340]") {
    const auto text = test::read_vectors("bips/bip-0340_test-vectors.csv");
    if (!text) return;
    const auto counts = check_vectors(text->substr(text->find('\n') + 1));
    CHECK(counts.verified == 19);
    CHECK(counts.signed_count == 4);
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
