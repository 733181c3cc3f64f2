#include <test.h>

#include "fixture.h"

using namespace daler;
using namespace daler::chain;
using namespace daler::test;

namespace {

OutPoint coinbase_of(const BlockRef& block) {
    return first_output(block->transactions[0]);
}

class Recorder final : public ChainObserver {
public:
    void block_connected(const BlockEntry& entry, const BlockRef& block,
                         const std::shared_ptr<const coins::BlockUndo>& undo) override {
        CHECK(hash_of(block) == entry.hash);
        CHECK(undo->transactions.size() + 1 == block->transactions.size());
        events.push_back("+" + std::to_string(entry.height));
    }
    void block_disconnected(const BlockEntry& entry, const BlockRef& block) override {
        CHECK(hash_of(block) == entry.hash);
        events.push_back("-" + std::to_string(entry.height));
    }
    void tip_changed(const std::shared_ptr<const ChainView>& view) override {
        events.push_back("=" + std::to_string(view->height()));
    }
    std::vector<std::string> events;
};

}  // namespace

TEST_CASE("a new state starts at genesis, whose output is no coin", "[chain]") {
    Node node;
    CHECK(node.tip() == node.builder.genesis());
    CHECK(node.height() == 0);
    CHECK_FALSE(node.state->coin(first_output(node.builder.params().genesis->transactions[0])));
    CHECK(hash_of(node.state->read_block(node.state->view()->tip())) == node.builder.genesis());
    CHECK(node.state->coin_stats(coins::CoinsHash::none).outputs == 0);
}

TEST_CASE("a block on the tip is connected and its coins appear", "[chain]") {
    Node node;
    const auto block = node.builder.block(node.builder.genesis());
    const auto result = node.state->submit(block);
    CHECK(result.verdict);
    CHECK(result.is_new);
    CHECK(result.was_connected);
    REQUIRE(result.entry);
    CHECK(result.entry->height == 1);
    CHECK(result.entry->tx_count == 1);
    CHECK(result.entry->chain_tx_count == 2);
    CHECK(node.tip() == hash_of(block));
    const auto coin = node.state->coin(coinbase_of(block));
    REQUIRE(coin);
    CHECK(coin->output.value == subsidy);
    CHECK(coin->is_coinbase);
    CHECK(coin->height == 1);
    CHECK(node.state->read_block_bytes(*result.entry) == encode(*block));
}

TEST_CASE("a block that is known already is not new", "[chain]") {
    Node node;
    const auto block = node.extend(1)[0];
    const auto again = node.state->submit(block);
    CHECK(again.verdict);
    CHECK_FALSE(again.is_new);
    CHECK(again.was_connected);
}

TEST_CASE("spending moves coins, also within one block", "[chain]") {
    Node node;
    const auto blocks = node.extend(3);
    const auto first = spend(coinbase_of(blocks[0]), subsidy);
    const auto second = spend(first_output(first), subsidy);
    const auto block = node.builder.block(node.tip(), {{first, second}, {}, 0, anyone_can_spend()});
    node.extend({&block, 1});
    CHECK_FALSE(node.state->coin(coinbase_of(blocks[0])));
    CHECK_FALSE(node.state->coin(first_output(first)));
    CHECK(node.state->coin(first_output(second))->output.value == subsidy);
    const auto undo = node.state->read_undo(node.state->view()->tip());
    REQUIRE(undo);
    REQUIRE(undo->transactions.size() == 2);
    CHECK(undo->transactions[0][0].is_coinbase);
    CHECK(undo->transactions[0][0].height == 1);
    CHECK_FALSE(undo->transactions[1][0].is_coinbase);
    CHECK(node.coins_hash() == replayed_hash(node));
}

TEST_CASE("each misuse of coins in a block has its reason", "[chain]") {
    Node node;
    const auto blocks = node.extend(4);
    const auto mature = coinbase_of(blocks[0]);
    const auto tx = spend(mature, subsidy);
    struct Example {
        std::string reason;
        std::vector<TransactionRef> transactions;
        Amount fees;
    };
    const std::array<OutPoint, 2> both{mature, coinbase_of(blocks[1])};
    const std::array<Amount, 1> one{Amount{1}};
    const std::vector<Example> examples{
        {"bad-txns-inputs-missingorspent", {spend(OutPoint{tx->txid, 7}, Amount{1})}, {}},
        {"bad-txns-inputs-missingorspent", {tx, spend(both, one)}, {}},
        {"bad-txns-inputs-missingorspent", {tx, spend(OutPoint{tx->txid, 1}, Amount{1})}, {}},
        {"bad-txns-inputs-missingorspent", {spend(first_output(tx), Amount{1}), tx}, {}},
        {"bad-txns-premature-spend-of-coinbase", {spend(coinbase_of(blocks[3]), subsidy)}, {}},
        {"bad-txns-in-belowout", {spend(mature, subsidy + Amount{1})}, {}},
        {"bad-cb-amount", {}, Amount{1}},
        {"bad-cb-amount", {spend(mature, subsidy - Amount{5})}, Amount{6}},
    };
    for (const auto& example : examples) {
        CAPTURE(example.reason);
        const auto bad = node.builder.block(
            node.tip(), {example.transactions, example.fees, 0, anyone_can_spend()});
        const auto result = node.state->submit(bad);
        CHECK(reason(result.verdict) == example.reason);
        CHECK(result.entry->has(failed));
        CHECK(node.tip() == hash_of(blocks[3]));
        CHECK(reason(node.state->submit(bad).verdict) == "duplicate-invalid");
        const auto child = node.builder.block(hash_of(bad));
        CHECK(reason(node.state->submit(child).verdict) == "bad-prevblk");
    }
    CHECK(node.coins_hash() == replayed_hash(node));
    const auto good = node.builder.block(
        node.tip(), {{spend(mature, subsidy - Amount{5})}, Amount{5}, 0, anyone_can_spend()});
    node.extend({&good, 1});
}

TEST_CASE("headers come first, blocks in any order", "[chain]") {
    Node node;
    const auto blocks = node.builder.chain(node.builder.genesis(), 20);
    CHECK(reason(node.state->accept_header(blocks[1]->header)) == "prev-blk-not-found");
    for (const auto& block : blocks) {
        const BlockEntry* entry = nullptr;
        CHECK(node.state->accept_header(block->header, &entry));
        REQUIRE(entry);
        CHECK(entry->hash == hash_of(block));
        CHECK(entry->tx_count == 0);
    }
    CHECK(node.height() == 0);
    CHECK(node.state->view()->best_header().hash == hash_of(blocks.back()));
    for (std::size_t i = blocks.size(); i-- > 1;) {
        const auto result = node.state->submit(blocks[i]);
        CHECK(result.verdict);
        CHECK(result.is_new);
        CHECK_FALSE(result.was_connected);
        CHECK(result.entry->chain_tx_count == 0);
    }
    CHECK(node.height() == 0);
    CHECK(node.state->submit(blocks[0]).was_connected);
    CHECK(node.tip() == hash_of(blocks.back()));
    CHECK(node.state->view()->tip().chain_tx_count == 21);
}

TEST_CASE("a block whose parent is unknown is refused and not remembered", "[chain]") {
    Node node;
    const auto blocks = node.builder.chain(node.builder.genesis(), 2);
    CHECK(reason(node.state->submit(blocks[1]).verdict) == "prev-blk-not-found");
    node.extend(blocks);
}

TEST_CASE("a mutated copy does not make the hash of the valid block invalid", "[chain]") {
    Node node;
    const auto blocks = node.extend(4);
    // Three transactions: the last one repeated leaves the merkle root as it was (CVE-2012-2459).
    const auto a = spend(coinbase_of(blocks[0]), subsidy);
    const auto b = spend(coinbase_of(blocks[1]), subsidy);
    const auto good = node.builder.block(node.tip(), {{a, b}, {}, 0, anyone_can_spend()});
    auto repeated = *good;
    repeated.transactions.push_back(b);
    const auto copy = std::make_shared<const Block>(repeated);
    REQUIRE(hash_of(copy) == hash_of(good));
    CHECK(reason(node.state->submit(copy).verdict) == "bad-txns-duplicate");

    auto with_witness = *good;
    auto tx = Transaction(*a);
    tx.inputs[0].witness = {Bytes{1}};
    with_witness.transactions[1] = seal(std::move(tx));
    const auto result = node.state->submit(std::make_shared<const Block>(with_witness));
    CHECK(reason(result.verdict) == "unexpected-witness");

    node.extend({&good, 1});
}

TEST_CASE("a block that breaks a rule of its place in the chain is remembered as invalid",
          "[chain]") {
    Node node;
    const auto good = node.builder.block(node.tip());
    auto changed = *good;
    auto coinbase = Transaction(*changed.transactions[0]);
    coinbase.inputs[0].script_sig = Script(Bytes{0x52, 0x52});  // height 2
    changed.transactions[0] = seal(std::move(coinbase));
    const auto bad = node.builder.finish(changed);
    CHECK(reason(node.state->submit(bad).verdict) == "bad-cb-height");
    CHECK(reason(node.state->submit(bad).verdict) == "duplicate-invalid");
    CHECK(node.state->view()->best_header().hash == node.builder.genesis());
}

TEST_CASE("observers are called for each change, and for the tip after a reorganisation",
          "[chain]") {
    Node node;
    Recorder recorder;
    node.state->add_observer(recorder);
    const auto fork = node.extend(2)[0];
    const auto other = node.builder.chain(hash_of(fork), 3);
    for (const auto& block : other)
        CHECK(node.state->submit(block).verdict);
    CHECK(recorder.events ==
          std::vector<std::string>{"+1", "=1", "+2", "=2", "-2", "+2", "+3", "=3", "+4", "=4"});
}

TEST_CASE("a template is checked like a block, and changes nothing", "[chain]") {
    Node node;
    const auto blocks = node.extend(3);
    const auto good = node.builder.block(
        node.tip(), {{spend(coinbase_of(blocks[0]), subsidy)}, {}, 0, anyone_can_spend()});
    CHECK(node.state->test_block(good, true));
    auto unsolved = *good;
    while (unsolved.header.hash().bytes[31] < 0x80)
        ++unsolved.header.nonce;
    const auto no_work = std::make_shared<const Block>(unsolved);
    CHECK(reason(node.state->test_block(no_work, true)) == "high-hash");
    CHECK(node.state->test_block(no_work, false));
    const auto greedy = node.builder.block(node.tip(), {{}, Amount{1}, 0, anyone_can_spend()});
    CHECK(reason(node.state->test_block(greedy, true)) == "bad-cb-amount");
    const auto elsewhere = node.builder.block(hash_of(blocks[1]));
    CHECK(reason(node.state->test_block(elsewhere, true)) == "bad-prevblk");
    CHECK(node.tip() == hash_of(blocks[2]));
    CHECK(node.state->index().find(hash_of(good)) == nullptr);
}

TEST_CASE("a tip from the future ends the start unless its time is trusted", "[chain]") {
    const TemporaryFolder folder;
    Node node(Node::in_folder(folder.path()));
    node.extend(3);
    const auto time = node.state->view()->tip().header.block_time();
    node.clock.set_mock_time(time - consensus::max_future_block_time);
    node.reopen(true);
    CHECK(node.height() == 3);
    node.clock.set_mock_time(time - consensus::max_future_block_time - std::chrono::seconds(1));
    CHECK(mentions(thrown([&] { node.reopen(true); }), {"from the future"}));
    node.options.trust_tip_time = true;
    node.open();
    CHECK(node.height() == 3);
}

TEST_CASE("a block from the future is accepted when chain time has come", "[chain]") {
    Node node;
    const auto tip = node.builder.params().genesis->header.block_time();
    node.clock.set_mock_time(tip);
    node.clock.set_chain_time(tip - std::chrono::hours(3));
    const auto block = node.builder.block(node.tip());
    CHECK(reason(node.state->submit(block).verdict) == "time-too-new");
    node.clock.set_chain_time(tip);
    CHECK(node.state->submit(block).verdict);
}

TEST_CASE("a relative lock in blocks holds until its height", "[chain]") {
    Node node;
    const auto blocks = node.extend(5);
    Transaction locked;
    locked.inputs.push_back({coinbase_of(blocks[2]), {}, 4, {}});  // made at 3: not before 7
    locked.outputs.push_back({subsidy, anyone_can_spend()});
    const auto tx = seal(std::move(locked));
    const auto early = node.builder.block(node.tip(), {{tx}, {}, 0, anyone_can_spend()});
    CHECK(reason(node.state->submit(early).verdict) == "bad-txns-nonfinal");
    node.extend(1);
    const auto open = node.builder.block(node.tip(), {{tx}, {}, 0, anyone_can_spend()});
    node.extend({&open, 1});
}

TEST_CASE("a repeated transaction is refused by its name, also where coinbases cannot repeat",
          "[chain]") {
    auto params = Node::short_maturity();
    params.activation.bip34 = GENERATE(1, 1000);
    Node node(Node::in_memory(), params);
    const auto blocks = node.extend(3);
    const auto tx = spend(coinbase_of(blocks[0]), subsidy);
    const auto once = node.builder.block(node.tip(), {{tx}, {}, 0, anyone_can_spend()});
    node.extend({&once, 1});
    const auto twice = node.builder.block(node.tip(), {{tx}, {}, 0, anyone_can_spend()});
    CHECK(reason(node.state->submit(twice).verdict) == "bad-txns-BIP30");

    // Once its outputs are spent nothing would be overwritten.
    const auto further = spend({tx->txid, 0}, subsidy);
    const auto spent = node.builder.block(node.tip(), {{further}, {}, 0, anyone_can_spend()});
    node.extend({&spent, 1});
    const auto again = node.builder.block(node.tip(), {{tx}, {}, 0, anyone_can_spend()});
    CHECK(reason(node.state->submit(again).verdict) == "bad-txns-inputs-missingorspent");
}

TEST_CASE("a repeated coinbase is refused while its first is unspent (BIP 30)", "[chain]") {
    // Without BIP 34 two coinbases can be equal.
    auto params = Node::short_maturity();
    params.activation.bip34 = 1000;
    Node node(Node::in_memory(), params);
    const auto first = node.extend(1)[0];
    auto block = *node.builder.block(node.tip());
    block.transactions[0] = first->transactions[0];
    const auto repeated = node.builder.finish(block);
    CHECK(reason(node.state->submit(repeated).verdict) == "bad-txns-BIP30");

    node.extend(2);
    const auto spent = node.builder.block(
        node.tip(), {{spend(coinbase_of(first), subsidy)}, {}, 0, anyone_can_spend()});
    node.extend({&spent, 1});
    auto again = *node.builder.block(node.tip());
    again.transactions[0] = first->transactions[0];
    const auto allowed = node.builder.finish(again);
    node.extend({&allowed, 1});
    CHECK(node.state->coin(coinbase_of(first))->height == 5);
    CHECK(node.coins_hash() == replayed_hash(node));
}
