#include "fixture.h"

#include <daler/chain/branch.h>

#include <test.h>

using namespace daler;
using namespace daler::test;

namespace {

std::string reason_of(const Result<chain::Branch::Added, consensus::Rejection>& added) {
    return added ? "" : std::string(consensus::code(added.error().reason));
}

/// A chain whose blocks 3 to 5 each have a payment; each spends the one before.
struct Paid {
    Paid() {
        blocks = node.extend(2);
        auto from = first_output(blocks[0]->transactions[0]);
        for (std::int64_t i = 1; i <= 3; ++i) {
            payments.push_back(spend(from, subsidy - Amount{1000 * i}));
            from = first_output(payments.back());
            blocks.push_back(node.builder.block(
                node.tip(), {.transactions = {payments.back()}, .fees = Amount{1000}}));
            node.extend({&blocks.back(), 1});
        }
    }

    std::unique_ptr<chain::Branch> begin(Height height) {
        return node.state->begin_branch(*node.state->view()->at(height));
    }
    /// A block on `height`, different from the one of the chain.
    BlockRef other_block(Height height, std::vector<TransactionRef> transactions,
                         Amount fees = {}) {
        return node.builder.block(node.state->view()->at(height)->hash,
                                  {.transactions = std::move(transactions), .fees = fees});
    }

    Node node;
    std::vector<BlockRef> blocks;
    std::vector<TransactionRef> payments;
};

}  // namespace

TEST_CASE("a branch has the coins as they were where it begins", "[chain][branch]") {
    Paid chain;
    const auto before = chain.node.coins_hash();
    const auto paid = first_output(chain.blocks[0]->transactions[0]);
    for (const Height height : {2, 3, 4, 5}) {
        CAPTURE(height);
        const auto branch = chain.begin(height);
        CHECK(branch->tip().height == height);
        CHECK(branch->coin(paid).has_value() == (height == 2));
        for (int i = 0; i < 3; ++i)
            CHECK(branch->coin(first_output(chain.payments[static_cast<std::size_t>(i)]))
                      .has_value() == (height == i + 3));
        CHECK(branch->coin(first_output(chain.blocks[4]->transactions[0])).has_value() ==
              (height == 5));
    }
    CHECK(chain.node.coins_hash() == before);
    CHECK(chain.node.height() == 5);
}

TEST_CASE("a branch takes what is valid there, in this order", "[chain][branch]") {
    Paid chain;
    const auto branch = chain.begin(2);
    CHECK(reason_of(branch->add(chain.payments[1])) == "bad-txns-inputs-missingorspent");
    const auto first = branch->add(chain.payments[0]);
    REQUIRE(first);
    CHECK(first->fee == Amount{1000});
    CHECK(reason_of(branch->add(chain.payments[1])) == "");
    CHECK(reason_of(branch->add(chain.payments[1])) == "bad-txns-inputs-missingorspent");
    const auto rival = spend(first_output(chain.payments[1]), Amount{5});
    CHECK(reason_of(branch->add(rival)) == "");
    CHECK(reason_of(branch->add(chain.payments[2])) == "bad-txns-inputs-missingorspent");
    // The coinbase of block 3 does not exist here, that of block 2 may be spent from height 4 on.
    const auto vanished = spend(first_output(chain.blocks[2]->transactions[0]), Amount{7});
    const auto young = spend(first_output(chain.blocks[1]->transactions[0]), Amount{7});
    CHECK(reason_of(branch->add(vanished)) == "bad-txns-inputs-missingorspent");
    CHECK(reason_of(branch->add(young)) == "bad-txns-premature-spend-of-coinbase");

    const auto block = chain.other_block(2, {chain.payments[0], chain.payments[1], rival});
    CHECK(reason(branch->append(block)) == "");
    CHECK(branch->tip().hash == hash_of(block));
    CHECK(branch->tip().height == 3);
    CHECK(branch->tip().chainwork == chain.node.state->view()->at(3)->chainwork);
    CHECK(reason_of(branch->add(young)) == "");
    CHECK(branch->coin(first_output(rival)).has_value());
    CHECK(chain.node.height() == 5);
}

TEST_CASE("a branch refuses a block that breaks a rule", "[chain][branch]") {
    Paid chain;
    SECTION("the coinbase takes too much") {
        const auto branch = chain.begin(3);
        CHECK(reason(branch->append(chain.other_block(3, {}, Amount{1}))) == "bad-cb-amount");
    }
    SECTION("the block is on another parent") {
        const auto branch = chain.begin(3);
        CHECK(reason(branch->append(chain.other_block(2, {}))) == "bad-prevblk");
    }
    SECTION("the script of a transaction is false") {
        Transaction wrong = *chain.payments[0];
        wrong.inputs[0].script_sig = Script(Bytes{0x6a});  // OP_RETURN
        const auto branch = chain.begin(2);
        CHECK(reason_of(branch->add(seal(std::move(wrong)))) ==
              "mandatory-script-verify-flag-failed");
    }
}

TEST_CASE("blocks that a branch accepts are accepted by the chain", "[chain][branch]") {
    Paid chain;
    std::vector<BlockRef> made;
    {
        const auto branch = chain.begin(2);
        auto parent = branch->tip().hash;
        for (std::size_t i = 0; i < 4; ++i) {
            ChainBuilder::Plan plan;
            if (i < 3) {
                plan.transactions = {chain.payments[i]};
                REQUIRE(branch->add(chain.payments[i]));
            }
            made.push_back(chain.node.builder.block(parent, plan));
            REQUIRE(branch->append(made.back()));
            parent = hash_of(made.back());
        }
    }
    for (const auto& block : made)
        CHECK(chain.node.state->submit(block).verdict);
    CHECK(chain.node.tip() == hash_of(made.back()));
    CHECK(chain.node.coins_hash() == replayed_hash(chain.node));
}
