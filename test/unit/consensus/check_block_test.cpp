#include <daler/consensus/check_block.h>
#include <daler/primitives/chain_params.h>
#include <daler/script/flags.h>
#include <daler/script/standard.h>

#include "header_list.h"
#include "samples.h"

#include <functional>

#include <test.h>

using namespace daler;
using namespace daler::consensus;
using namespace daler::test;

namespace {

const ChainParams regtest = regtest_params();

Transaction coinbase_at(Height height) {
    Transaction tx;
    tx.inputs.resize(1);
    script::push_number(tx.inputs[0].script_sig, height);
    tx.inputs[0].script_sig.append(0x00);
    tx.outputs.push_back({Amount{50 * satoshis_per_coin}, Script(Bytes{0x51})});
    return tx;
}

// Regtest needs two hashes on average.
void mine(Block& block) {
    block.header.bits = 0x207fffff;
    while (!has_proof_of_work(block.header.hash(), block.header.bits, regtest))
        ++block.header.nonce;
}

Block block_of(std::vector<Transaction> transactions) {
    Block block;
    for (auto& tx : transactions)
        block.transactions.push_back(seal(std::move(tx)));
    block.header.merkle_root = merkle_root(block);
    mine(block);
    return block;
}

std::string reason_of(const Block& block, BlockChecks checks = {}) {
    const auto checked =
        check_block(std::make_shared<Block>(block), block.header.hash(), regtest, checks);
    return checked ? "valid" : to_text(checked.error());
}

std::string reason_in_chain(const Block& block, Height height,
                            const ChainParams& params = regtest) {
    const auto verdict =
        check_block_in_chain(block, test::steady_chain(height, 0x207fffff), params);
    return verdict ? "valid" : to_text(verdict.error());
}

// A block with one witness and the right commitment to it; `reserved` is the coinbase's witness.
Block witness_block(Height height, Witness reserved = {Bytes(32, 7)}) {
    Transaction coinbase = coinbase_at(height);
    Transaction tx = spend(0);
    tx.inputs[0].witness = {{1, 2, 3}};
    Block block = block_of({coinbase, tx});
    Hash256 value;
    value.bytes.fill(7);
    coinbase.outputs.push_back(
        {Amount{0}, witness_commitment_script(witness_commitment(block, value))});
    coinbase.inputs[0].witness = std::move(reserved);
    return block_of({coinbase, tx});
}

}  // namespace

TEST_CASE("a plain block passes", "[consensus]") {
    CHECK(reason_of(block_of({coinbase_at(5), spend(0)})) == "valid");
    CHECK(reason_of(*regtest.genesis) == "valid");
}

TEST_CASE("a block's header has work, unless it is a template", "[consensus]") {
    Block block = block_of({coinbase_at(5)});
    while (has_proof_of_work(block.header.hash(), block.header.bits, regtest))
        ++block.header.nonce;
    CHECK(reason_of(block) == "high-hash");
    CHECK(reason_of(block, {.proof_of_work = false}) == "valid");
}

TEST_CASE("a block's transactions are those of its merkle root", "[consensus]") {
    Block block = block_of({coinbase_at(5), spend(0)});
    block.transactions.pop_back();
    CHECK(reason_of(block) == "bad-txnmrklroot");
    CHECK(reason_of(block, {.merkle_root = false}) == "valid");
    CHECK(is_mutated(block, true));
}

TEST_CASE("transactions repeated at the end are detected", "[consensus][CVE-2012-2459]") {
    Block block = block_of({coinbase_at(5), spend(0), spend(1)});
    CHECK(reason_of(block) == "valid");
    block.transactions.push_back(block.transactions.back());
    CHECK(reason_of(block) == "bad-txns-duplicate");
    CHECK(is_mutated(block, true));
}

TEST_CASE("a block has at least a coinbase", "[consensus]") {
    CHECK(reason_of(block_of({})) == "bad-blk-length");
    CHECK(reason_of(block_of({spend(0)})) == "bad-cb-missing");
    CHECK(reason_of(block_of({spend(0), coinbase_at(5)})) == "bad-cb-missing");
    CHECK(reason_of(block_of({coinbase_at(5), coinbase_at(6)})) == "bad-cb-multiple");
}

TEST_CASE("a block without witnesses has at most a million bytes", "[consensus]") {
    Transaction filler = spend(0);
    const std::size_t rest = encode(block_of({coinbase_at(5), filler})).size();
    // Four bytes more for the length of the script.
    filler.inputs[0].script_sig = Script(Bytes(1'000'000 - rest - 4, 0));
    const Block largest = block_of({coinbase_at(5), filler});
    REQUIRE(encode(largest).size() == 1'000'000);
    CHECK(reason_of(largest) == "valid");
    filler.inputs[0].script_sig.append(0x00);
    CHECK(reason_of(block_of({coinbase_at(5), filler})) == "bad-blk-length");
}

TEST_CASE("a bad transaction makes a bad block", "[consensus]") {
    Transaction bad = spend(0);
    bad.outputs.clear();
    CHECK(reason_of(block_of({coinbase_at(5), spend(1), bad})) == "bad-txns-vout-empty");
}

TEST_CASE("a block has at most 20,000 signature operations", "[consensus]") {
    Transaction many = spend(0);
    many.outputs[0].script_pubkey = Script(Bytes(20'000, 0xac));
    CHECK(reason_of(block_of({coinbase_at(5), many})) == "valid");
    many.inputs[0].script_sig = Script(Bytes{0xac});
    CHECK(reason_of(block_of({coinbase_at(5), many})) == "bad-blk-sigops");
}

TEST_CASE("the first broken rule gives the reason", "[consensus]") {
    // No work, wrong root, no coinbase: found in this order.
    Block block = block_of({spend(0), spend(1)});
    block.header.merkle_root = {};
    while (has_proof_of_work(block.header.hash(), block.header.bits, regtest))
        ++block.header.nonce;
    CHECK(reason_of(block) == "high-hash");
    mine(block);
    CHECK(reason_of(block) == "bad-txnmrklroot");
    CHECK(reason_of(block, {.merkle_root = false}) == "bad-cb-missing");
}

TEST_CASE("the coinbase starts with the height from BIP 34 on", "[consensus][bip34]") {
    const auto height = GENERATE(1, 16, 17, 127, 128, 255, 256, 500);
    CHECK(reason_in_chain(block_of({coinbase_at(height)}), height) == "valid");
    CHECK(reason_in_chain(block_of({coinbase_at(height + 1)}), height) == "bad-cb-height");
    auto before = regtest;
    before.activation.bip34 = height + 1;
    CHECK(reason_in_chain(block_of({coinbase_at(height + 1)}), height, before) == "valid");
}

TEST_CASE("lock times in a block are compared with the median time of its parents",
          "[consensus][bip113]") {
    constexpr Height height = 20;
    const auto chain = test::steady_chain(height, 0x207fffff);
    auto median = static_cast<std::uint32_t>(unix_seconds(chain.median_time_past(height - 1)));
    // Lock times in seconds begin at 500 million.
    test::HeaderList late;
    for (Height i = 0; i < height; ++i) {
        auto header = chain.header(i);
        header.time += 600'000'000;
        late.push(header);
    }
    median += 600'000'000;
    Transaction tx = spend(0);
    tx.inputs[0].sequence = 0;
    tx.lock_time = median - 1;
    Block block = block_of({coinbase_at(height), tx});
    block.header.time = median + 3000;
    CHECK(check_block_in_chain(block, late, regtest));
    tx.lock_time = median;
    block = block_of({coinbase_at(height), tx});
    block.header.time = median + 3000;
    const auto verdict = check_block_in_chain(block, late, regtest);
    REQUIRE_FALSE(verdict);
    CHECK(to_text(verdict.error()) == "bad-txns-nonfinal");

    // Before BIP 113 the block's own time was the clock.
    auto before = regtest;
    before.activation.csv = height + 1;
    CHECK(check_block_in_chain(block, late, before));
}

TEST_CASE("a height lock opens in the block after that height", "[consensus]") {
    Transaction tx = spend(0);
    tx.inputs[0].sequence = 0;
    tx.lock_time = 19;
    CHECK(reason_in_chain(block_of({coinbase_at(20), tx}), 20) == "valid");
    tx.lock_time = 20;
    CHECK(reason_in_chain(block_of({coinbase_at(20), tx}), 20) == "bad-txns-nonfinal");
}

TEST_CASE("witnesses need a commitment", "[consensus][bip141]") {
    CHECK(reason_in_chain(witness_block(5), 5) == "valid");
    Transaction tx = spend(0);
    tx.inputs[0].witness = {{1}};
    CHECK(reason_in_chain(block_of({coinbase_at(5), tx}), 5) == "unexpected-witness");
    CHECK(reason_in_chain(block_of({coinbase_at(5), spend(0)}), 5) == "valid");
}

TEST_CASE("before segwit a commitment has no meaning and witnesses are forbidden",
          "[consensus][bip141]") {
    auto before = regtest;
    before.activation.segwit = 6;
    CHECK(reason_in_chain(witness_block(5), 5, before) == "unexpected-witness");
    CHECK(is_mutated(witness_block(5), false));
    CHECK_FALSE(is_mutated(witness_block(5), true));
}

TEST_CASE("the coinbase's witness is one item of 32 bytes", "[consensus][bip141]") {
    const Witness witness = GENERATE(Witness{}, Witness{Bytes(31, 7)}, Witness{Bytes(33, 7)},
                                     Witness{Bytes(32, 7), {}}, Witness{{}});
    CHECK(reason_in_chain(witness_block(5, witness), 5) == "bad-witness-nonce-size");
}

TEST_CASE("the commitment is to these witnesses and this reserved value", "[consensus][bip141]") {
    CHECK(reason_in_chain(witness_block(5, {Bytes(32, 8)}), 5) == "bad-witness-merkle-match");
    Block block = witness_block(5);
    Transaction changed = *block.transactions[1];
    changed.inputs[0].witness = {{3, 2, 1}};
    block.transactions[1] = seal(changed);
    CHECK(reason_of(block) == "valid");
    CHECK(reason_in_chain(block, 5) == "bad-witness-merkle-match");
}

TEST_CASE("a block weighs at most four million", "[consensus][bip141]") {
    const auto block_with = [](std::size_t witness_bytes) {
        Transaction coinbase = coinbase_at(5);
        coinbase.inputs[0].witness = {Bytes(32)};
        Transaction tx = spend(0);
        tx.inputs[0].witness = {Bytes(witness_bytes)};
        coinbase.outputs.push_back({Amount{0}, witness_commitment_script(witness_commitment(
                                                   block_of({coinbase, tx}), Hash256{}))});
        return block_of({coinbase, tx});
    };
    const auto missing = static_cast<std::size_t>(4'000'000 - weight(block_with(3'000'000)));
    CHECK(weight(block_with(3'000'000 + missing)) == 4'000'000);
    CHECK(reason_in_chain(block_with(3'000'000 + missing), 5) == "valid");
    CHECK(reason_in_chain(block_with(3'000'000 + missing + 1), 5) == "bad-blk-weight");
}

TEST_CASE("transactions of 64 bytes without a coinbase may be merkle nodes",
          "[consensus][CVE-2017-12842]") {
    Transaction tx = spend(0);
    tx.outputs[0].script_pubkey = Script(Bytes(4));
    REQUIRE(serialized_size(tx, WitnessMode::exclude) == 64);
    CHECK(is_mutated(block_of({tx}), true));
    CHECK_FALSE(is_mutated(block_of({spend(0)}), true));
}

TEST_CASE("script rules begin at their heights, except in the listed blocks", "[consensus]") {
    using namespace daler::script;
    const auto main = main_params();
    const Flags always = verify_p2sh | verify_witness | verify_taproot;
    CHECK(block_script_flags(1, {}, main) == always);
    CHECK(block_script_flags(363'724, {}, main) == always);
    CHECK(block_script_flags(363'725, {}, main) == (always | verify_dersig));
    CHECK(block_script_flags(388'381, {}, main) ==
          (always | verify_dersig | verify_checklocktimeverify));
    CHECK(block_script_flags(419'328, {}, main) ==
          (always | verify_dersig | verify_checklocktimeverify | verify_checksequenceverify));
    CHECK(block_script_flags(481'824, {}, main) == mandatory_flags);
    const auto bip16 =
        BlockHash::from_hex("00000000000002dc756eebf4f49723ed8d30cc28a5f108eb94b1ba88ac4f9c22");
    CHECK(block_script_flags(170'060, *bip16, main) == verify_none);
    const auto taproot =
        BlockHash::from_hex("0000000000000000000f14c35b2d841e986ab5441de8c585d5ffe55ea1e395ad");
    CHECK(block_script_flags(692'261, *taproot, main) == (mandatory_flags & ~verify_taproot));
    const auto test = test_params();
    const auto bip16_of_test =
        BlockHash::from_hex("00000000dd30457c001f4095d208cc1296b0eed002427aa599874af7a432b105");
    CHECK(block_script_flags(514, *bip16_of_test, test) == verify_none);
    CHECK(block_script_flags(514, *bip16, test) == always);
    CHECK(block_script_flags(514, *bip16_of_test, main) == always);
    for (const auto& params : {testnet4_params(), signet_params(), regtest})
        CHECK(params.script_exceptions.empty());
    CHECK(block_script_flags(1, {}, regtest) == mandatory_flags);
    CHECK(is_csv_active(1, regtest));
    CHECK_FALSE(is_csv_active(419'327, main));
}
