#include <test.h>

#include "fixture.h"

#include <daler/script/signature_cache.h>
#include <daler/script/standard.h>
#include <daler/util/ensure.h>

#include <atomic>
#include <latch>
#include <semaphore>
#include <thread>

using namespace daler;
using namespace daler::chain;
using namespace daler::test;

namespace {

/// A node with one worker, which a test can keep busy. Then only threads that call `help` check
/// scripts.
struct Pipeline {
    Pipeline() {
        node.state.reset();
        node.state = std::make_unique<Chainstate>(node.builder.params(), node.options, node.clock,
                                                  worker, &cache);
        const Script five(Bytes{0x55, 0x87});  // OP_5 OP_EQUAL
        for (int i = 0; i < 40; ++i) {
            const auto block = node.builder.block(node.tip(), {{}, {}, 0, five});
            node.extend({&block, 1});
            coins.push_back(first_output(block->transactions[0]));
        }
        node.extend(2);
    }
    ~Pipeline() { release(); }

    /// Keeps the worker from its work until `release`.
    void hold() {
        worker.run([this] { held.wait(); });
    }
    void release() {
        if (!std::exchange(released, true)) held.count_down();
    }

    /// Spends the next locked coin, rightly or not.
    TransactionRef spend_locked(bool right) {
        Transaction tx;
        const std::uint8_t push = right ? 0x55 : 0x54;
        tx.inputs.push_back({coins[next++], Script(Bytes{push}), 0xffffffff, {}});
        tx.outputs.push_back({subsidy, anyone_can_spend()});
        return seal(std::move(tx));
    }
    /// A block on `parent` that spends one locked coin.
    BlockRef block(const BlockHash& parent, bool right = true) {
        return node.builder.block(parent, {{spend_locked(right)}, {}, 0, anyone_can_spend()});
    }
    std::vector<BlockRef> chain(const BlockHash& parent, std::size_t count) {
        std::vector<BlockRef> blocks;
        for (std::size_t i = 0; i < count; ++i)
            blocks.push_back(block(i == 0 ? parent : hash_of(blocks.back())));
        return blocks;
    }

    /// Opens a block. Its verdict, and when it came, are noted under the given name.
    void open(const BlockRef& submitted, const std::string& name) {
        node.state->submit(submitted, [this, name](const Submitted* result) {
            order.push_back(name);
            verdicts[name] = result ? std::optional(*result) : std::nullopt;
        });
    }
    void check_all() {
        while (node.state->help())
            continue;
    }
    /// From now on the chain is served as a ledger does it, and need not wait for verdicts itself.
    void serve() {
        node.state->set_wake([this] { woken = true; });
    }
    void serve_until(std::size_t verdicts_given) {
        while (order.size() < verdicts_given) {
            check_all();
            const bool was_woken = woken.exchange(false);
            ensure(was_woken);
            node.state->maintain();
        }
    }
    [[nodiscard]] bool has_coin(const TransactionRef& tx) const {
        return node.state->coin(first_output(tx)).has_value();
    }

    std::latch held{1};
    bool released = false;
    std::atomic<bool> woken = false;
    script::BoundedSignatureCache cache{1 << 20};
    ThreadPool worker{1};
    Node node;
    std::vector<OutPoint> coins;
    std::size_t next = 0;
    std::vector<std::string> order;
    std::map<std::string, std::optional<Submitted>> verdicts;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("open blocks stay invisible until their scripts are checked", "[chain]") {
    Pipeline test;
    auto& node = test.node;
    const auto before = node.tip();
    const auto hash_before = node.coins_hash();
    test.hold();
    const auto blocks = test.chain(before, 3);
    for (const auto& block : blocks)
        test.open(block, hash_of(block).to_hex());
    node.state->maintain();
    CHECK(test.order.empty());
    CHECK(node.tip() == before);
    CHECK(node.state->coin(test.coins[0]));
    CHECK_FALSE(test.has_coin(blocks[0]->transactions[1]));

    test.check_all();
    CHECK(test.order.empty());
    node.state->maintain();
    CHECK(test.order == Names{hash_of(blocks[0]).to_hex(), hash_of(blocks[1]).to_hex(),
                              hash_of(blocks[2]).to_hex()});
    CHECK(node.tip() == hash_of(blocks[2]));
    CHECK_FALSE(node.state->coin(test.coins[0]));
    CHECK(test.has_coin(blocks[0]->transactions[1]));
    CHECK(node.coins_hash() != hash_before);
    CHECK(node.coins_hash() == replayed_hash(node));
}

TEST_CASE("an open block may spend what other open blocks made, but not twice", "[chain]") {
    Pipeline test;
    auto& node = test.node;
    test.hold();
    const auto a = test.block(node.tip());
    const auto spend_a = spend(first_output(a->transactions[1]), subsidy);
    const auto b = node.builder.block(hash_of(a), {{spend_a}, {}, 0, anyone_can_spend()});
    const auto again = spend(first_output(a->transactions[1]), subsidy - Amount{1});
    const auto c = node.builder.block(hash_of(b), {{again}, {}, 0, anyone_can_spend()});
    test.open(a, "a");
    test.open(b, "b");
    CHECK(test.order.empty());
    test.open(c, "c");
    CHECK(test.order == Names{"a", "b", "c"});
    CHECK(test.verdicts["a"]->was_connected);
    CHECK(test.verdicts["b"]->was_connected);
    CHECK(reason(test.verdicts["c"]->verdict) == "bad-txns-inputs-missingorspent");
    CHECK(node.tip() == hash_of(b));
    CHECK(node.coins_hash() == replayed_hash(node));
}

TEST_CASE("an invalid script closes the blocks above, which are not to blame", "[chain]") {
    Pipeline test;
    auto& node = test.node;
    test.hold();
    const auto good = test.block(node.tip());
    const auto bad = test.block(hash_of(good), false);
    const auto above = test.chain(hash_of(bad), 3);
    // Its own fault does not count: its coins cannot be known.
    const auto hopeless = node.builder.block(hash_of(above[2]), {{}, Amount{1}, 0, {}});
    test.open(good, "good");
    test.open(bad, "bad");
    for (const auto& block : above)
        test.open(block, "above");
    test.open(hopeless, "hopeless");
    CHECK(test.order == Names{"good", "bad", "above", "above", "above", "hopeless"});
    CHECK(test.verdicts["good"]->was_connected);
    CHECK(reason(test.verdicts["bad"]->verdict) == "mandatory-script-verify-flag-failed");
    CHECK(test.verdicts["above"]->verdict);
    CHECK_FALSE(test.verdicts["above"]->was_connected);
    CHECK(test.verdicts["hopeless"]->verdict);
    CHECK(node.tip() == hash_of(good));
    const auto& index = node.state->index();
    CHECK(index.find(hash_of(bad))->has(failed));
    for (const auto& block : {above[0], above[2], hopeless}) {
        CHECK_FALSE(index.find(hash_of(block))->has(failed));
        CHECK(index.find(hash_of(block))->has(failed_ancestor));
    }
    CHECK(node.coins_hash() == replayed_hash(node));
    // The closed blocks changed nothing: the same coin is spent on the valid chain.
    test.next -= 3;
    const auto next = test.block(hash_of(good));
    CHECK(node.state->submit(next).was_connected);
}

TEST_CASE("the window of open blocks closes the oldest to open the next", "[chain]") {
    Pipeline test;
    auto& node = test.node;
    test.hold();
    const auto before = node.height();
    const auto blocks = test.chain(node.tip(), 20);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        test.open(blocks[i], std::to_string(i));
        CHECK(test.order.size() == (i < 16 ? 0 : i - 15));
    }
    CHECK(node.height() == before + 4);
    node.state->flush();
    CHECK(test.order.size() == 20);
    CHECK(node.tip() == hash_of(blocks.back()));
    CHECK(node.coins_hash() == replayed_hash(node));
}

TEST_CASE("blocks wait behind a full window, and no caller waits for them", "[chain]") {
    Pipeline test;
    auto& node = test.node;
    test.hold();
    test.serve();
    const auto before = node.height();
    const auto blocks = test.chain(node.tip(), 20);
    for (std::size_t i = 0; i < blocks.size(); ++i)
        test.open(blocks[i], std::to_string(i));
    test.open(blocks.back(), "again");
    test.open(node.builder.block(node.tip()), "aside");
    CHECK(test.order == Names{"aside"});
    CHECK(node.height() == before);
    test.serve_until(22);
    CHECK(test.order[1] == "0");
    CHECK(Names(test.order.end() - 3, test.order.end()) == Names{"18", "19", "again"});
    CHECK(test.verdicts["19"]->was_connected);
    CHECK(test.verdicts["again"]->was_connected);
    CHECK(node.tip() == hash_of(blocks.back()));
    CHECK(node.coins_hash() == replayed_hash(node));
}

TEST_CASE("calls that read the whole chain open the waiting blocks, too", "[chain]") {
    Pipeline test;
    auto& node = test.node;
    test.hold();
    test.serve();
    const auto blocks = test.chain(node.tip(), 20);
    for (const auto& block : blocks)
        test.open(block, "block");
    CHECK(test.order.empty());
    node.state->flush();
    CHECK(test.order.size() == 20);
    CHECK(node.tip() == hash_of(blocks.back()));
}

TEST_CASE("an invalid script below a full window is reported to all blocks above", "[chain]") {
    Pipeline test;
    auto& node = test.node;
    test.hold();
    test.serve();
    const auto bad = test.block(node.tip(), false);
    test.open(bad, "bad");
    for (const auto& block : test.chain(hash_of(bad), 18))
        test.open(block, "above");
    const auto broken = node.builder.block(hash_of(bad), {{}, Amount{1}, 0, {}});
    test.open(broken, "broken");
    test.serve_until(20);
    CHECK(test.order.front() == "broken");  // stored beside the best chain
    CHECK(test.order[1] == "bad");
    CHECK_FALSE(test.verdicts["bad"]->verdict);
    CHECK(test.verdicts["above"]->verdict);
    CHECK_FALSE(test.verdicts["above"]->was_connected);
    const auto good = test.block(node.tip());
    CHECK(node.state->submit(good).was_connected);
    CHECK(node.coins_hash() == replayed_hash(node));
}

//        a1 - ... - a16 (open) - a17 - a18 (wait)
// tip <
//        b1 - ... - b19
TEST_CASE("waiting blocks get an answer when another branch has won", "[chain]") {
    Pipeline test;
    auto& node = test.node;
    test.hold();
    test.serve();
    const auto b = node.builder.chain(node.tip(), 19);
    const auto a = test.chain(node.tip(), 18);
    for (const auto& block : a)
        test.open(block, "a");
    for (const auto& block : b)
        test.open(block, "b");
    CHECK(std::ranges::count(test.order, "b") == 18);
    CHECK(std::ranges::count(test.order, "a") == 2);
    CHECK_FALSE(test.verdicts["a"]->was_connected);
    test.serve_until(37);
    CHECK(test.verdicts["a"]->was_connected);
    CHECK(test.verdicts["b"]->was_connected);
    CHECK(node.tip() == hash_of(b.back()));
    CHECK(node.coins_hash() == replayed_hash(node));
}

//        a1 - a2 - a3 (open)
// tip <
//        b1 - b2 - b3 - b4
TEST_CASE("open blocks are closed before a better branch is opened", "[chain]") {
    Pipeline test;
    auto& node = test.node;
    test.hold();
    const auto fork = node.tip();
    const auto b = node.builder.chain(fork, 4);
    const auto a = test.chain(fork, 3);
    for (const auto& block : a)
        test.open(block, "a");
    for (std::size_t i = 0; i < 3; ++i) {
        test.open(b[i], "b");
        CHECK(test.order.size() == i + 1);  // stored, which is all there is to say
    }
    CHECK(node.tip() == fork);
    test.open(b[3], "b");
    CHECK(test.order == Names{"b", "b", "b", "a", "a", "a", "b"});
    CHECK(test.verdicts["a"]->was_connected);
    CHECK(node.tip() == hash_of(b[3]));
    CHECK(node.coins_hash() == replayed_hash(node));
}

TEST_CASE("a reorganisation to a branch with an invalid script is undone", "[chain]") {
    Pipeline test;
    auto& node = test.node;
    const auto fork = node.tip();
    const auto a = test.chain(fork, 2);
    node.extend(a);
    const auto coins = node.coins_hash();
    test.hold();
    const auto b1 = node.builder.block(fork);
    const auto b2 = test.block(hash_of(b1), false);
    const auto b3 = node.builder.block(hash_of(b2));
    test.open(b1, "b1");
    test.open(b2, "b2");
    test.open(b3, "b3");
    CHECK(test.order == Names{"b1", "b2", "b3"});
    CHECK_FALSE(test.verdicts["b3"]->was_connected);
    CHECK(node.state->index().find(hash_of(b2))->has(failed));
    CHECK(node.tip() == hash_of(a[1]));
    CHECK(node.coins_hash() == coins);
}

TEST_CASE("a block that comes again while it is open waits for the same verdict", "[chain]") {
    Pipeline test;
    auto& node = test.node;
    test.hold();
    const auto block = test.block(node.tip());
    test.open(block, "first");
    test.open(block, "second");
    CHECK(test.order.empty());
    const auto third = node.state->submit(block);
    CHECK(test.order == Names{"first", "second"});
    CHECK(test.verdicts["first"]->is_new);
    CHECK_FALSE(test.verdicts["second"]->is_new);
    CHECK(test.verdicts["second"]->was_connected);
    CHECK(third.was_connected);
}

TEST_CASE("callers that wait get an answer when there will be no verdict", "[chain]") {
    Pipeline test;
    test.hold();
    test.serve();
    const auto blocks = test.chain(test.node.tip(), 18);  // two of which wait to be opened
    for (const auto& block : blocks)
        test.open(block, "block");
    CHECK(test.order.empty());
    SECTION("after trouble") {
        test.node.state->abandon();
    }
    SECTION("at the end") {
        test.node.state.reset();
    }
    CHECK(test.order == Names(blocks.size(), "block"));
    CHECK_FALSE(test.verdicts["block"]);
}

TEST_CASE("the last check to end reports the end", "[chain]") {
    Pipeline test;
    auto& node = test.node;
    std::counting_semaphore woken(0);  // it may be told twice
    node.state->set_wake([&] { woken.release(); });
    test.open(test.block(node.tip()), "block");
    woken.acquire();
    node.state->maintain();
    CHECK(test.order == Names{"block"});
    CHECK(test.verdicts["block"]->was_connected);
}

TEST_CASE("scripts of a transaction that the mempool knows are not checked again", "[chain]") {
    Pipeline test;
    auto& node = test.node;
    // Wrong on purpose, to see that it is used.
    const auto lie = test.spend_locked(false);
    test.cache.insert_tx(lie->wtxid, script::standard_flags);
    const auto believed = node.builder.block(node.tip(), {{lie}, {}, 0, anyone_can_spend()});
    CHECK(node.state->submit(believed).was_connected);
    const auto other = test.spend_locked(false);
    test.cache.insert_tx(other->wtxid, script::mandatory_flags);
    const auto refused = node.builder.block(node.tip(), {{other}, {}, 0, anyone_can_spend()});
    CHECK_FALSE(node.state->submit(refused).verdict);
}
