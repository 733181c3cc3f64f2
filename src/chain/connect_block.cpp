#include "connect_block.h"

#include <daler/consensus/check_block.h>
#include <daler/consensus/sequence_lock.h>
#include <daler/primitives/chain_params.h>

namespace daler::chain {
namespace {

using consensus::Reason;
using consensus::Rejection;
using consensus::Verdict;

// Some coinbases before BIP 34 contain heights from here on. Coinbases, and so transaction ids,
// could repeat.
constexpr Height bip34_implies_bip30_limit = 1'983'702;

/// `first`: the transactions before it have changed the coins already.
Verdict check_bip30(const Block& block, std::size_t first, const coins::CoinOverlay& coins) {
    for (std::size_t i = first; i < block.transactions.size(); ++i) {
        const auto& tx = *block.transactions[i];
        for (std::uint32_t k = 0; k < tx.outputs.size(); ++k)
            if (coins.has({tx.txid, k})) return consensus::reject(Reason::bip30);
    }
    return {};
}

/// If coinbases contain their heights from the first block on, they cannot repeat. A repetition of
/// another transaction has missing inputs, and that is the reason Bitcoin Core gives.
Rejection with_bip30(const Rejection& found, const Block& block, std::size_t failing,
                     const ChainParams& params, const coins::CoinOverlay& coins) {
    const bool looked_before = params.activation.bip34 > 1;
    if (looked_before || found.reason != Reason::inputs_missing_or_spent) return found;
    const auto verdict = check_bip30(block, failing, coins);
    return verdict ? found : verdict.error();
}

Verdict check_relative_locks(const Transaction& tx, const coins::TxUndo& coins,
                             const BlockPlace& place) {
    std::vector<consensus::CoinAge> ages;
    ages.reserve(coins.size());
    const bool needs_times = consensus::needs_median_times(tx);
    for (const auto& coin : coins) {
        consensus::CoinAge age{coin.height, {}};
        if (needs_times) {
            age.median_time_before =
                place.parent.ancestor(std::max(coin.height - 1, 0))->median_time_past;
        }
        ages.push_back(age);
    }
    return consensus::check_sequence_lock(consensus::sequence_lock(tx, ages), place.height(),
                                          place.parent.median_time_past);
}

/// Spends the coins of one transaction and checks everything about them but scripts.
class ValueChecks {
public:
    ValueChecks(const BlockPlace& place, const ChainParams& params, script::Flags flags)
        : place_(place), params_(params), flags_(flags) {}

    Verdict check(const SealedTransaction& tx, coins::CoinOverlay& coins, coins::TxUndo& spent) {
        if (!tx.is_coinbase()) {
            if (auto verdict = check_inputs(tx, coins, spent); !verdict) return verdict;
        }
        sigops_ += consensus::sigop_cost(tx, spent, flags_);
        if (sigops_ > consensus::max_block_sigop_cost)
            return consensus::reject(Reason::bad_block_sigops);
        return {};
    }

    [[nodiscard]] Amount fees() const { return fees_; }

private:
    Verdict check_inputs(const SealedTransaction& tx, coins::CoinOverlay& coins,
                         coins::TxUndo& spent) {
        spent.reserve(tx.inputs.size());
        for (const auto& input : tx.inputs) {
            auto coin = coins.spend(input.prevout);
            if (!coin) return consensus::reject(Reason::inputs_missing_or_spent);
            spent.push_back(std::move(*coin));
        }
        const auto fee = check_spending(tx, spent, place_, params_);
        if (!fee) return fail(fee.error());
        fees_ += *fee;
        if (!is_money(fees_)) return consensus::reject(Reason::block_fees_out_of_range);
        return {};
    }

    const BlockPlace& place_;
    const ChainParams& params_;
    const script::Flags flags_;
    Amount fees_;
    std::int64_t sigops_ = 0;
};

}  // namespace

Result<Amount, Rejection> check_spending(const Transaction& tx, const coins::TxUndo& spent,
                                         const BlockPlace& place, const ChainParams& params) {
    auto fee = consensus::check_inputs(tx, spent, place.height(), params.coinbase_maturity);
    if (!fee || !consensus::is_csv_active(place.height(), params)) return fee;
    const auto verdict = check_relative_locks(tx, spent, place);
    if (!verdict) return fail(verdict.error());
    return fee;
}

bool is_bip30_exception(const BlockPlace& place, const ChainParams& params) {
    const auto found = params.bip30_exceptions.find(place.height());
    return found != params.bip30_exceptions.end() && found->second == place.hash;
}

bool needs_bip30_check(const BlockPlace& place, const ChainParams& params) {
    if (is_bip30_exception(place, params)) return false;
    if (place.height() >= bip34_implies_bip30_limit) return true;
    // Coinbases that contain their heights do not repeat.
    if (params.activation.bip34 <= 1) return false;
    const auto* activation = place.parent.ancestor(params.activation.bip34);
    return !activation || activation->hash != params.bip34_hash;
}

bool may_be_overwritten(Height height, const ChainParams& params) {
    return !params.bip30_exceptions.empty() && height < params.bip30_exceptions.rbegin()->first;
}

Result<Connectable, Rejection> check_connect(const Block& block, const BlockPlace& place,
                                             const ChainParams& params, coins::CoinOverlay& coins) {
    if (needs_bip30_check(place, params)) {
        if (auto verdict = check_bip30(block, 0, coins); !verdict) return fail(verdict.error());
    }
    const auto flags = consensus::block_script_flags(place.height(), place.hash, params);
    const auto undo = std::make_shared<coins::BlockUndo>();
    undo->transactions.resize(block.transactions.size() - 1);
    coins::TxUndo none;
    ValueChecks values(place, params, flags);
    for (std::size_t i = 0; i < block.transactions.size(); ++i) {
        const auto& tx = *block.transactions[i];
        auto& spent = i == 0 ? none : undo->transactions[i - 1];
        if (auto verdict = values.check(tx, coins, spent); !verdict)
            return fail(with_bip30(verdict.error(), block, i, params, coins));
        coins.add(tx, place.height());
    }
    const Amount reward = values.fees() + consensus::block_subsidy(place.height(), params);
    if (block.transactions[0]->output_value() > reward)
        return consensus::reject(Reason::bad_coinbase_amount);
    return Connectable{undo, flags};
}

}  // namespace daler::chain
