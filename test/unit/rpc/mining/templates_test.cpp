#include <test.h>

#include "../node_fixture.h"

#include <daler/util/random.h>

#include <set>

using namespace daler;
using namespace daler::rpc::test;

namespace {

const std::string request = R"({"rules":["segwit"]})";

/// A node that accepts transactions of any kind, and coins to spend.
struct TemplateFixture : NodeFixture {
    TemplateFixture() : NodeFixture(any_transaction()) {
        for (const auto& block : mine(150))
            coins.push_back({daler::test::first_output(block->transactions[0]), full_coin});
    }

    static ledger::Ledger::Options any_transaction() {
        auto out = options();
        out.policy.require_standard = false;
        return out;
    }

    struct Coin {
        OutPoint place;
        Amount value;
    };
    static constexpr Amount full_coin{50 * satoshis_per_coin};

    /// A payment of coin `which`, whose first output replaces it. The second one makes the
    /// transaction long enough.
    void pay(std::size_t which, Amount fee) {
        auto& [place, value] = coins.at(which);
        const std::array values{value - fee - Amount{1000}, Amount{1000}};
        const auto tx = daler::test::spend({&place, 1}, values);
        const auto accepted =
            ledger->call([&](ledger::State& state) { return state.accept(tx).has_value(); });
        if (accepted) coins[which] = {daler::test::first_output(tx), values[0]};
    }

    Json transactions() { return *call("getblocktemplate", request).find("transactions"); }

    /// What a node answers that has no template yet.
    Json transactions_made_anew() {
        const auto kept = std::exchange(services->current_template, nullptr);
        auto out = transactions();
        services->current_template = kept;
        return out;
    }

    std::vector<Coin> coins;
};

}  // namespace

TEST_CASE_METHOD(TemplateFixture, "a template that follows the mempool is the one made anew",
                 "[rpc][mining]") {
    Random random(7);
    std::size_t longest = 0;
    for (int step = 0; step < 120; ++step) {
        const std::size_t which = random.below(40);
        const Amount fee{static_cast<std::int64_t>(1000 + random.below(50'000))};
        pay(which, fee);
        if (step % 7 == 0)
            call("prioritisetransaction",
                 quoted(coins[which].place.txid.to_hex()) + ",0," + std::to_string(fee.satoshis()));
        if (step % 40 == 39) mine(1);
        const auto followed = transactions();
        CHECK(followed.write() == transactions_made_anew().write());
        longest = std::max(longest, followed.size());
    }
    CHECK(longest > 50);
}

TEST_CASE_METHOD(TemplateFixture, "the id of a template changes with tip, mempool and deltas",
                 "[rpc][mining]") {
    const auto id = [this] {
        return call("getblocktemplate", request).find("longpollid")->write();
    };
    std::set<std::string> ids{id()};
    CHECK(id() == *ids.begin());
    pay(0, Amount{1000});
    CHECK(ids.insert(id()).second);
    call("prioritisetransaction", quoted(coins[0].place.txid.to_hex()) + ",0,1");
    CHECK(ids.insert(id()).second);
    mine(1);
    CHECK(ids.insert(id()).second);
    CHECK(id() == id());
}
