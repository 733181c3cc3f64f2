#pragma once

#include <chain_builder.h>
#include <daler/mining/mining.h>
#include <daler/primitives/chain_params.h>

#include <test.h>

namespace daler::test {

inline constexpr Amount block_subsidy{50 * satoshis_per_coin};

/// A ledger in memory on regtest, where coinbases are mature after two blocks.
struct MiningFixture {
    explicit MiningFixture(ChainParams the_params = short_maturity())
        : params(std::move(the_params)) {}

    static ChainParams short_maturity() {
        auto params = regtest_params();
        params.coinbase_maturity = 2;
        return params;
    }
    static ledger::Ledger::Options options() {
        ledger::Ledger::Options out;
        out.chain.in_memory = true;
        out.policy.require_standard = false;
        return out;
    }
    static mining::TemplateOptions to_anyone() {
        mining::TemplateOptions out;
        out.coinbase_script = anyone_can_spend();
        return out;
    }

    std::vector<BlockHash> mine(int count = 1) {
        const auto mined =
            mining::generate(ledger, clock, {.count = count, .block = to_anyone()}, stop);
        REQUIRE(mined);
        return *mined;
    }
    /// The coinbase of the block at `height`.
    [[nodiscard]] TransactionRef coinbase(Height height) const {
        return ledger.chain().read_block(*ledger.view()->at(height))->transactions[0];
    }
    /// Spends the first output of `from`. Large enough for the mempool.
    static TransactionRef payment(const TransactionRef& from, std::int64_t fee = 1000) {
        const std::array<OutPoint, 1> inputs{first_output(from)};
        const Amount rest{1000};
        const std::array<Amount, 2> values{from->outputs[0].value - rest - Amount{fee}, rest};
        return spend(inputs, values);
    }
    /// The same; the mempool must accept it.
    TransactionRef pay(const TransactionRef& from, std::int64_t fee = 1000) {
        const auto tx = payment(from, fee);
        REQUIRE(accept(tx));
        return tx;
    }
    bool accept(const TransactionRef& tx) {
        return ledger.call([&](ledger::State& state) { return state.accept(tx); }).has_value();
    }
    bool is_unconfirmed(const TransactionRef& tx) {
        return ledger.call([&](ledger::State& state) { return state.mempool.contains(tx->txid); });
    }
    [[nodiscard]] BlockHash tip() const { return ledger.view()->tip().hash; }
    [[nodiscard]] Height height() const { return ledger.view()->height(); }

    ChainParams params;
    Clock clock;
    ThreadPool workers{0};
    std::atomic<bool> stop{false};
    ledger::Ledger ledger{params, options(), clock, workers, nullptr};
};

}  // namespace daler::test
