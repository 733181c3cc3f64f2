#include <daler/consensus/check_block.h>
#include <daler/consensus/signet.h>
#include <daler/crypto/key.h>
#include <daler/encoding/hex.h>
#include <daler/primitives/chain_params.h>
#include <daler/script/sighash.h>
#include <daler/script/standard.h>

#include <test.h>

using namespace daler;
using namespace daler::consensus;

namespace {

// Block 1 of the public signet, 00000086d6b2636cb2a392d45edc4ec544a10024d30141c9adf4bfd9de533b53.
constexpr std::string_view block_1 =
    "00000020f61eee3b63a380a477a063af32b2bbc97c9ff9f01f2c4225e973988108000000f575c83235984e7dc4afc1"
    "f30944c170462e84437ab6f2d52e16878a79e4678bd1914d5fae77031eccf407000101000000000101000000000000"
    "0000000000000000000000000000000000000000000000000000ffffffff025151feffffff0200f2052a0100000016"
    "00149243f727dd5343293eb83174324019ec16c2630f0000000000000000776a24aa21a9ede2f61c3f71d1defd3fa9"
    "99dfa36953755c690689799962b48bebd836974e8cf94c4fecc7daa2490047304402205e423a8754336ca99dbe1650"
    "9b877ef1bf98d008836c725005b3c787c41ebe46022047246e4467ad7cc7f1ad98662afcaf14c115e0095a227c7b05"
    "c5182591c23e7e0100012000000000000000000000000000000000000000000000000000000000000000000000000"
    "0";

Block public_block() {
    return decode_block(from_hex(block_1).value()).value();
}

bool has_solution(const Block& block, const ChainParams& params) {
    return has_signet_solution(block, block.header.hash(), params);
}

// A block with a witness commitment and no solution.
Block unsigned_block() {
    Transaction coinbase;
    coinbase.inputs.resize(1);
    coinbase.inputs[0].script_sig = Script(Bytes{0x51, 0x51});
    coinbase.outputs.push_back({Amount{1}, Script(Bytes{0x51})});
    coinbase.outputs.push_back({Amount{0}, witness_commitment_script({})});
    Block block;
    block.transactions.push_back(seal(coinbase));
    return block;
}

Block with_solution(const Block& block, ByteSpan solution) {
    Transaction coinbase = *block.transactions[0];
    append_signet_solution(coinbase.outputs[1].script_pubkey, solution);
    Block out = block;
    out.transactions[0] = seal(coinbase);
    return out;
}

}  // namespace

TEST_CASE("a block of the public signet carries its signature", "[consensus][bip325]") {
    const auto params = signet_params();
    const Block block = public_block();
    CHECK(has_solution(block, params));
    CHECK(check_block(std::make_shared<Block>(block), block.header.hash(), params));
}

TEST_CASE("the signature is for this challenge and this header", "[consensus][bip325]") {
    const Block block = public_block();
    // The same keys, but both must sign.
    Bytes challenge = signet_params().signet_challenge;
    challenge[0] = 0x52;
    CHECK_FALSE(has_solution(block, signet_params(challenge)));

    Block later = block;
    ++later.header.time;
    CHECK_FALSE(has_solution(later, signet_params()));
    // Target and nonce are not signed: they come after the signature.
    Block mined = block;
    ++mined.header.nonce;
    CHECK(has_solution(mined, signet_params()));
}

TEST_CASE("a bad solution makes a block invalid only if its transactions match the merkle root",
          "[consensus][bip325]") {
    auto params = signet_params(Bytes{0x52, 0x88});
    Block block = public_block();
    auto checked = check_block(std::make_shared<Block>(block), block.header.hash(), params);
    REQUIRE_FALSE(checked);
    CHECK(to_text(checked.error()) == "bad-signet-blksig");
    block.transactions.push_back(block.transactions[0]);
    checked = check_block(std::make_shared<Block>(block), block.header.hash(), params);
    REQUIRE_FALSE(checked);
    CHECK(blame(checked.error().reason) == Blame::mutated);
}

TEST_CASE("a challenge that is always true needs no solution", "[consensus][bip325]") {
    const auto params = signet_params(Bytes{0x51});
    CHECK(has_solution(unsigned_block(), params));
    CHECK_FALSE(has_solution(unsigned_block(), signet_params()));
    Block without_commitment = unsigned_block();
    Transaction coinbase = *without_commitment.transactions[0];
    coinbase.outputs.pop_back();
    without_commitment.transactions[0] = seal(coinbase);
    CHECK_FALSE(has_solution(without_commitment, params));
    CHECK_FALSE(has_solution(Block{}, params));
    CHECK(has_signet_solution(Block{}, params.genesis_hash, params));
}

TEST_CASE("a solution must parse to its end", "[consensus][bip325]") {
    const auto params = signet_params(Bytes{0x51});
    CHECK(has_solution(with_solution(unsigned_block(), Bytes{0, 0}), params));
    CHECK_FALSE(has_solution(with_solution(unsigned_block(), Bytes{0}), params));
    CHECK_FALSE(has_solution(with_solution(unsigned_block(), Bytes{0, 0, 0}), params));
    CHECK_FALSE(has_solution(with_solution(unsigned_block(), Bytes{0, 5, 1}), params));
}

TEST_CASE("a miner signs with the marker in place and adds the solution", "[consensus][bip325]") {
    const auto key = crypto::PrivateKey::from_bytes(Bytes(32, 1)).value();
    const Script challenge = script::pay_to_pubkey(key.public_key());
    const auto params = signet_params(Bytes(challenge.bytes().begin(), challenge.bytes().end()));

    const Block marked = with_solution(unsigned_block(), {});
    const auto transactions = signet_transactions(marked, params.signet_challenge);
    REQUIRE(transactions);
    const auto hash =
        script::legacy_sighash(transactions->to_sign, 0, challenge.bytes(), script::sighash_all);
    Bytes signature = key.sign_ecdsa(hash.bytes);
    signature.push_back(script::sighash_all);
    Script script_sig;
    script::push(script_sig, signature);
    ByteWriter solution;
    solution.sized_bytes(script_sig.bytes());
    solution.compact_size(0);
    const Block block = with_solution(unsigned_block(), solution.view());
    CHECK(has_solution(block, params));

    Bytes wrong = solution.take();
    wrong[10] ^= 1;
    CHECK_FALSE(has_solution(with_solution(unsigned_block(), wrong), params));
}
