// Special cases in the history of the public chains, repeated on short chains.
#include <test.h>

#include "fixture.h"

#include <chain/connect_block.h>
#include <daler/script/flags.h>
#include <daler/script/opcodes.h>
#include <daler/script/standard.h>

using namespace daler;
using namespace daler::chain;
using namespace daler::test;

namespace {

OutPoint coinbase_of(const BlockRef& block) {
    return first_output(block->transactions[0]);
}

/// As on main before BIP 34: coinbases may be equal.
ChainParams before_bip34() {
    auto params = Node::short_maturity();
    params.activation.bip34 = 1000;
    return params;
}

/// Six blocks; the coinbase of the first comes again in the fifth, which the chain allows.
struct RepeatedCoinbase {
    RepeatedCoinbase() {
        ChainBuilder builder(before_bip34());
        blocks = builder.chain(builder.genesis(), 4);
        auto fifth = *builder.block(hash_of(blocks[3]));
        fifth.transactions[0] = blocks[0]->transactions[0];
        blocks.push_back(builder.finish(std::move(fifth)));
        blocks.push_back(builder.block(hash_of(blocks[4])));
        params = before_bip34();
        params.bip30_exceptions = {{5, hash_of(blocks[4])}};
    }

    ChainParams params;
    std::vector<BlockRef> blocks;
};

/// Gives a node blocks that another builder made, so that more can be made on top of them.
void hand_over(Node& node, std::span<const BlockRef> blocks) {
    for (const auto& block : blocks) {
        const auto same = node.builder.finish(*block);
        if (hash_of(same) != hash_of(block)) throw std::runtime_error("not a finished block");
    }
    node.extend(blocks);
}

/// A header's place in the tree, without the rest of the tree.
void put_at(BlockEntry& entry, Height height, const BlockEntry* previous) {
    entry.height = height;
    entry.previous = previous;
}

bool is_looked_for(const BlockEntry& parent, const ChainParams& params, BlockHash hash = {}) {
    return needs_bip30_check({parent, hash}, params);
}

}  // namespace

TEST_CASE("the coinbases that BIP 30 excepts overwrite the coins of the earlier ones",
          "[chain][history][bip30]") {
    const RepeatedCoinbase history;
    Node node(Node::in_memory(), history.params);
    hand_over(node, std::span(history.blocks).first(4));
    CHECK(node.state->coin(coinbase_of(history.blocks[0]))->height == 1);
    const auto coins = node.state->coin_stats(coins::CoinsHash::none).outputs;
    hand_over(node, std::span(history.blocks).subspan(4));
    CHECK(node.state->coin(coinbase_of(history.blocks[0]))->height == 5);
    CHECK(node.state->coin_stats(coins::CoinsHash::none).outputs == coins + 1);
    CHECK(node.coins_hash() == replayed_hash(node));
    // The new coin matures at its own age.
    const auto spent = spend(coinbase_of(history.blocks[0]), subsidy);
    const auto late = node.builder.block(node.tip(), {{spent}, {}, 0, anyone_can_spend()});
    node.extend({&late, 1});

    // Without the exception the repetition is refused.
    Node strict(Node::in_memory(), before_bip34());
    strict.extend(std::span(history.blocks).first(4));
    CHECK(reason(strict.state->submit(history.blocks[4]).verdict) == "bad-txns-BIP30");
}

TEST_CASE("what an excepted coinbase overwrote does not return when that block goes",
          "[chain][history][bip30]") {
    const TemporaryFolder folder;
    const RepeatedCoinbase history;
    const auto& blocks = history.blocks;
    Node node(Node::in_folder(folder.path()), history.params);
    node.extend(blocks);
    const auto coins = node.coins_hash();
    for (const int level : {3, 4})
        CHECK(node.state->verify(level, 0));
    CHECK(node.coins_hash() == coins);
    node.reopen(GENERATE(true, false));
    CHECK(node.coins_hash() == coins);

    node.state->invalidate(hash_of(blocks[4]));
    CHECK(node.height() == 4);
    CHECK_FALSE(node.state->coin(coinbase_of(blocks[0])));
    node.state->reconsider(hash_of(blocks[4]));
    CHECK(node.coins_hash() == coins);
    node.state->invalidate(hash_of(blocks[0]));
    CHECK(node.height() == 0);
    CHECK(node.state->coin_stats(coins::CoinsHash::none).outputs == 0);
    node.state->reconsider(hash_of(blocks[0]));
    CHECK(node.height() == 6);
    CHECK(node.coins_hash() == coins);
}

TEST_CASE("repeated ids are checked up to the block of BIP 34 and from height 1,983,702 on",
          "[chain][history][bip30]") {
    const auto params = main_params();
    const Height activation = params.activation.bip34;
    REQUIRE(activation == 227'931);
    BlockEntry before;
    BlockEntry activated;
    BlockEntry late;
    put_at(before, activation - 1, nullptr);
    put_at(activated, activation, &before);
    activated.hash = params.bip34_hash;
    CHECK(is_looked_for(before, params));
    CHECK_FALSE(is_looked_for(activated, params));
    put_at(late, 1'983'700, &activated);
    CHECK_FALSE(is_looked_for(late, params));
    put_at(late, 1'983'701, &activated);
    CHECK(is_looked_for(late, params));

    // On a branch with another block at that height coinbases may repeat.
    activated.hash = params.genesis_hash;
    CHECK(is_looked_for(activated, params));
    put_at(late, 1'983'700, &activated);
    CHECK(is_looked_for(late, params));
}

TEST_CASE("only main's blocks 91,842 and 91,880 may repeat a coinbase", "[chain][history][bip30]") {
    const auto params = main_params();
    constexpr std::array exceptions{
        std::pair{91'842, "00000000000a4d0a398161ffc163c503763b1f4360639393e0e4c8e300e0caec"},
        std::pair{91'880, "00000000000743f190a18c5577a3c2d2a1f610ae9601ac046a38084ccb7cd721"}};
    CHECK(params.bip30_exceptions.size() == exceptions.size());
    for (const auto& [height, text] : exceptions) {
        const auto hash = BlockHash::from_hex(text).value();
        BlockEntry parent;
        put_at(parent, height - 1, nullptr);
        CHECK_FALSE(is_looked_for(parent, params, hash));
        CHECK(is_looked_for(parent, params, params.genesis_hash));
        put_at(parent, height, nullptr);
        CHECK(is_looked_for(parent, params, hash));
    }
    CHECK(test_params().bip30_exceptions.empty());
}

TEST_CASE("a block that the chain exempts from a script rule is judged without it",
          "[chain][history]") {
    // The script behind the hash is false, which matters only with P2SH.
    const Bytes redeem{script::op_0};
    Node maker;
    const auto locked = maker.builder.block(
        maker.tip(), {{}, {}, 0, script::pay_to_script_hash(crypto::hash160(redeem))});
    maker.extend({&locked, 1});
    maker.extend(2);
    Transaction tx = *spend(coinbase_of(locked), subsidy);
    script::push(tx.inputs[0].script_sig, redeem);
    const auto bad = maker.builder.block(maker.tip(), {{seal(tx)}, {}, 0, anyone_can_spend()});
    CHECK(reason(maker.state->submit(bad).verdict) == "mandatory-script-verify-flag-failed");

    auto params = Node::short_maturity();
    params.script_exceptions[hash_of(bad)] = ScriptException::no_rules;
    Node node(Node::in_memory(), params);
    for (Height height = 1; height <= maker.height(); ++height) {
        const auto block = maker.state->read_block(*maker.state->view()->at(height));
        hand_over(node, {&block, 1});
    }
    hand_over(node, {&bad, 1});
    // The next block is not exempt.
    tx.inputs[0].prevout = coinbase_of(bad);
    node.extend(1);
    const auto next = node.builder.block(node.tip(), {{seal(tx)}, {}, 0, anyone_can_spend()});
    node.extend({&next, 1});
}

TEST_CASE("outputs that cannot be spent do not become coins", "[chain][history]") {
    Node node;
    const auto blocks = node.extend(3);
    Transaction tx = *spend(coinbase_of(blocks[0]), subsidy);
    const auto pay = [&](Bytes script) { tx.outputs.push_back({Amount{}, Script(script)}); };
    Bytes longest(10'000, script::op_nop);
    pay({script::op_return});
    pay({script::op_return, script::op_1});
    pay({script::op_1, script::op_return});
    pay(longest);
    longest.push_back(script::op_nop);
    pay(longest);
    pay({});
    const auto sealed = seal(tx);
    const auto block = node.builder.block(node.tip(), {{sealed}, {}, 0, anyone_can_spend()});
    node.extend({&block, 1});
    const std::array is_coin{true, false, false, true, true, false, true};
    REQUIRE(sealed->outputs.size() == is_coin.size());
    for (std::uint32_t i = 0; i < is_coin.size(); ++i) {
        CAPTURE(i);
        CHECK(node.state->coin({sealed->txid, i}).has_value() == is_coin[i]);
    }
    CHECK(node.coins_hash() == replayed_hash(node));

    const auto thief = node.builder.block(node.tip(), {{spend({sealed->txid, 1}, {})}, {}, 0, {}});
    CHECK(reason(node.state->submit(thief).verdict) == "bad-txns-inputs-missingorspent");
    node.state->invalidate(hash_of(block));
    CHECK_FALSE(node.state->coin({sealed->txid, 3}));
    CHECK(node.coins_hash() == replayed_hash(node));
}

TEST_CASE("the signature operations of a block cost at most 80,000, those of its inputs included",
          "[chain][history]") {
    // Not run, but counted: so many checks in the script of a witness.
    const auto checks = GENERATE(4u, 5u);
    Bytes script{script::op_0, script::op_if};
    script.insert(script.end(), checks, script::op_checksig);
    for (const std::uint8_t last : {script::op_endif, script::op_1})
        script.push_back(last);

    Node node;
    const auto locked = node.builder.block(
        node.tip(), {{}, {}, 0, script::pay_to_witness(0, crypto::sha256(script))});
    node.extend({&locked, 1});
    node.extend(2);
    Transaction tx = *spend(coinbase_of(locked), subsidy);
    tx.inputs[0].witness = {script};
    ChainBuilder::Plan plan{{seal(tx)}, {}, 0, anyone_can_spend()};
    // The outputs of the coinbase count four times.
    plan.payout = Script(Bytes(19'999, script::op_checksig));
    const auto block = node.builder.block(node.tip(), std::move(plan));
    CHECK(reason(node.state->submit(block).verdict) == (checks == 4 ? "" : "bad-blk-sigops"));
}
