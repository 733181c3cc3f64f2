#include <test.h>

#include "fixture.h"

#include <daler/script/standard.h>

using namespace daler;
using namespace daler::chain;
using namespace daler::test;

namespace {

/// Blocks whose coinbases can be spent only by pushing the number 5 (OP_5 OP_EQUAL).
struct Locked {
    explicit Locked(Node& target, std::size_t count) : node(target) {
        const Script five(Bytes{0x55, 0x87});
        for (std::size_t i = 0; i < count; ++i) {
            const auto block = node.builder.block(node.tip(), {{}, {}, 0, five});
            node.extend({&block, 1});
            coins.push_back(first_output(block->transactions[0]));
        }
        node.extend(2);
    }

    /// Spends coin number `i` by `script_sig`.
    TransactionRef spend_with(std::size_t i, Bytes script_sig) const {
        Transaction tx;
        tx.inputs.push_back({coins[i], Script(script_sig), 0xffffffff, {}});
        tx.outputs.push_back({subsidy, anyone_can_spend()});
        return seal(std::move(tx));
    }

    Submitted submit(std::vector<TransactionRef> txs) {
        return node.state->submit(
            node.builder.block(node.tip(), {std::move(txs), {}, 0, anyone_can_spend()}));
    }

    Node& node;
    std::vector<OutPoint> coins;
};

const Bytes right{0x55};
const Bytes wrong{0x54};
const Bytes nothing{};

}  // namespace

TEST_CASE("the first failing input in block order gives the reason", "[chain]") {
    Node node;
    Locked locked(node, 60);
    std::vector<TransactionRef> txs;
    for (std::size_t i = 0; i < 30; ++i)
        txs.push_back(locked.spend_with(i, right));
    txs.push_back(locked.spend_with(30, wrong));
    for (std::size_t i = 31; i < 60; ++i)
        txs.push_back(locked.spend_with(i, nothing));
    for (int i = 0; i < 20; ++i) {
        const auto result = locked.submit(txs);
        REQUIRE_FALSE(result.verdict);
        CHECK(consensus::to_text(result.verdict.error()) ==
              "mandatory-script-verify-flag-failed (Script evaluated without error but finished "
              "with a false/empty top stack element)");
    }
    txs.erase(txs.begin() + 30);
    const auto result = locked.submit(txs);
    REQUIRE_FALSE(result.verdict);
    CHECK(consensus::to_text(result.verdict.error()) ==
          "mandatory-script-verify-flag-failed (Operation not valid with the current stack size)");
    txs.resize(30);
    CHECK(locked.submit(txs).was_connected);
}

TEST_CASE("scripts below an assumed valid block are skipped once two weeks lie above", "[chain]") {
    // Blocks of 600 seconds: 2016 of them are two weeks.
    const auto above = GENERATE(2016, 2017);
    Node maker;
    Locked locked(maker, 1);
    const auto bad = maker.builder.block(
        maker.tip(), {{locked.spend_with(0, wrong)}, {}, 0, anyone_can_spend()});
    CHECK_FALSE(maker.state->submit(bad).verdict);
    const auto rest = maker.builder.chain(hash_of(bad), static_cast<std::size_t>(above));

    auto options = Node::in_memory();
    options.assume_valid = hash_of(rest[5]);
    Node node(options);
    for (Height height = 1; height <= maker.height(); ++height) {
        const auto block = maker.state->read_block(*maker.state->view()->at(height));
        node.extend({&block, 1});
    }
    CHECK(node.state->accept_header(bad->header));
    for (const auto& block : rest)
        CHECK(node.state->accept_header(block->header));
    const auto result = node.state->submit(bad);
    CHECK(result.verdict.has_value() == (above == 2017));
}
