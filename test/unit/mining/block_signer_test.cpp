#include <daler/consensus/check_block.h>
#include <daler/consensus/signet.h>
#include <daler/descriptor/descriptor.h>
#include <daler/mining/block_signer.h>
#include <daler/primitives/chain_params.h>

#include <fmt/format.h>

#include <test.h>

using namespace daler;
using namespace daler::mining;

namespace {

// A secret, and public keys of it and of another one.
constexpr std::string_view secret = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA";
constexpr std::string_view other =
    "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";

struct Challenge {
    Bytes script;
    descriptor::KeyRing keys;
};

Challenge challenge_of(const std::string& text) {
    using descriptor::Descriptor;
    const auto parsed = Descriptor::parse(text, signet_params().address);
    REQUIRE(parsed);
    const auto scripts = parsed->scripts(0);
    const auto keys = parsed->key_ring(0, Descriptor::Secrets::include);
    REQUIRE(scripts);
    REQUIRE(keys);
    const auto bytes = scripts->front().bytes();
    return {Bytes(bytes.begin(), bytes.end()), *keys};
}

Block unsigned_block(bool has_commitment = true) {
    Transaction coinbase;
    coinbase.inputs.resize(1);
    coinbase.outputs.push_back({Amount{1}, Script(Bytes{0x51})});
    if (has_commitment)
        coinbase.outputs.push_back({Amount{0}, consensus::witness_commitment_script({})});
    Block block;
    block.header.time = 1'700'000'000;
    block.transactions.push_back(seal(coinbase));
    return block;
}

bool is_signed(const Block& block, const Bytes& challenge) {
    return consensus::has_signet_solution(block, block.header.hash(), signet_params(challenge));
}

}  // namespace

TEST_CASE("a block is signed for each kind of challenge", "[mining][bip325]") {
    const auto form = GENERATE(as<std::string>(), "pk({})", "pkh({})", "wpkh({})", "sh(wpkh({}))",
                               "wsh(pk({}))", "multi(1,{},{})", "wsh(multi(1,{},{}))");
    CAPTURE(form);
    const auto [script, keys] = challenge_of(fmt::format(fmt::runtime(form), secret, other));
    const BlockSigner signer(script, keys);
    CHECK(signer.can_sign());
    Block block = unsigned_block();
    CHECK_FALSE(is_signed(block, script));
    REQUIRE(signer.sign(block));
    CHECK(is_signed(block, script));
    CHECK(block.header.merkle_root == consensus::merkle_root(block));

    block.header.time += 1;  // the signature covers the time, but not the nonce
    CHECK_FALSE(is_signed(block, script));
    block.header.time -= 1;
    block.header.nonce += 1;
    CHECK(is_signed(block, script));
}

TEST_CASE("a block is not signed without the keys, or without a commitment", "[mining][bip325]") {
    const auto [script, keys] = challenge_of(fmt::format("wpkh({})", secret));
    Block block = unsigned_block();
    const Block before = block;
    CHECK_FALSE(BlockSigner(script, {}).can_sign());
    CHECK_FALSE(BlockSigner(script, {}).sign(block));
    CHECK(encode(block) == encode(before));
    block = unsigned_block(false);
    CHECK_FALSE(BlockSigner(script, keys).sign(block));
}

TEST_CASE("a challenge that needs no key is signed without one", "[mining][bip325]") {
    const Bytes anyone{0x51};
    Block block = unsigned_block();
    REQUIRE(BlockSigner(anyone, {}).sign(block));
    CHECK(is_signed(block, anyone));
}
