#include "connect_block.h"

#include <daler/consensus/check_block.h>
#include <daler/consensus/sequence_lock.h>

#include <atomic>
#include <limits>
#include <mutex>

namespace daler::chain {
namespace {

using consensus::Reason;
using consensus::Rejection;
using consensus::Verdict;

// From here on heights are repeated that coinbases named before BIP 34 asked for them, so
// transaction ids could repeat, too.
constexpr Height bip34_implies_bip30_limit = 1'983'702;

// Inputs that one job checks in a row: enough to make handing out jobs cheap.
constexpr std::size_t inputs_per_job = 8;

/// Whether a repeated transaction id is possible at this place and must be looked for (BIP 30).
bool needs_bip30_check(const BlockPlace& place, const ChainParams& params) {
    if (is_bip30_exception(place, params)) return false;
    if (place.height() >= bip34_implies_bip30_limit) return true;
    // Coinbases that name their own height differ from each other from the first block on.
    if (params.activation.bip34 <= 1) return false;
    const auto* activation = place.parent.ancestor(params.activation.bip34);
    return !activation || activation->hash != params.bip34_hash;
}

Verdict check_bip30(const Block& block, const CoinCache& coins) {
    for (const auto& tx : block.transactions) {
        for (std::uint32_t i = 0; i < tx->outputs.size(); ++i) {
            if (coins.has({tx->txid, i})) return consensus::reject(Reason::bip30);
        }
    }
    return {};
}

/// Where heights keep coinbases apart from the first block on, only a transaction whose inputs are
/// gone can be a repetition; then that is the reason, as it is for those who look before.
Rejection with_bip30(const Rejection& found, const Block& block, const ConnectContext& context) {
    const bool looked_before = context.params.activation.bip34 > 1;
    if (looked_before || found.reason != Reason::inputs_missing_or_spent) return found;
    const auto verdict = check_bip30(block, context.coins);
    return verdict ? found : verdict.error();
}

Verdict check_relative_locks(const Transaction& tx, const TxUndo& coins, const BlockPlace& place) {
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

/// The scripts of one transaction; its shared hashes are computed by whichever worker comes first.
struct TxScripts {
    const SealedTransaction* tx;
    const TxUndo* coins;
    std::once_flag once;
    std::optional<script::PrecomputedHashes> hashes;

    const script::PrecomputedHashes& precomputed() {
        std::call_once(once, [this] {
            std::vector<TxOutput> spent;
            spent.reserve(coins->size());
            for (const auto& coin : *coins)
                spent.push_back(coin.output);
            hashes.emplace(*tx, std::move(spent));
        });
        return *hashes;
    }
};

/// All inputs of a block in order, checked in any order by the workers. It outlives their jobs:
/// `for_each` returns when the last has ended, early failure or not (CVE-2024-52911).
class ScriptChecks {
public:
    ScriptChecks(const Block& block, const BlockUndo& undo) {
        const std::size_t count = undo.transactions.size();
        transactions_ = std::make_unique<TxScripts[]>(count);
        for (std::size_t i = 0; i < count; ++i) {
            transactions_[i].tx = block.transactions[i + 1].get();
            transactions_[i].coins = &undo.transactions[i];
            for (std::uint32_t k = 0; k < undo.transactions[i].size(); ++k) {
                inputs_.push_back({static_cast<std::uint32_t>(i), k});
            }
        }
    }

    Verdict run(script::Flags flags, ThreadPool& workers, script::SignatureCache* cache) {
        const std::size_t jobs = (inputs_.size() + inputs_per_job - 1) / inputs_per_job;
        workers.for_each(jobs, [&](std::size_t job) {
            const std::size_t end = std::min((job + 1) * inputs_per_job, inputs_.size());
            for (std::size_t i = job * inputs_per_job; i < end; ++i)
                check(i, flags, cache);
        });
        if (first_failure_ == none) return {};
        return consensus::reject(Reason::script_failed, std::string(script::describe(error_)));
    }

private:
    static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

    void check(std::size_t i, script::Flags flags, script::SignatureCache* cache) {
        // Those before the first failure must still run: one of them may fail, too.
        if (i > first_failure_.load(std::memory_order_relaxed)) return;
        auto& scripts = transactions_[inputs_[i].transaction];
        const std::uint32_t index = inputs_[i].index;
        const auto error = script::verify_input({*scripts.tx, index, (*scripts.coins)[index].output,
                                                 scripts.precomputed(), flags, cache});
        if (error == script::ScriptError::ok) return;
        const std::lock_guard lock(mutex_);
        if (i < first_failure_) {
            first_failure_ = i;
            error_ = error;
        }
    }

    struct Input {
        std::uint32_t transaction;
        std::uint32_t index;
    };
    std::unique_ptr<TxScripts[]> transactions_;
    std::vector<Input> inputs_;
    std::atomic<std::size_t> first_failure_{none};
    std::mutex mutex_;  ///< guards error_, and changes of first_failure_
    script::ScriptError error_ = script::ScriptError::ok;
};

/// Spends the coins of one transaction and checks everything about them but scripts.
class ValueChecks {
public:
    ValueChecks(const BlockPlace& place, const ConnectContext& context, script::Flags flags)
        : place_(place),
          params_(context.params),
          flags_(flags),
          relative_locks_(consensus::is_csv_active(place.height(), context.params)) {}

    Verdict check(const SealedTransaction& tx, BlockCoins& coins, TxUndo& spent) {
        if (!tx.is_coinbase()) {
            if (auto verdict = check_inputs(tx, coins, spent); !verdict) return verdict;
        }
        sigops_ += consensus::sigop_cost(tx, spent, flags_);
        if (sigops_ > consensus::max_block_sigop_cost) {
            return consensus::reject(Reason::bad_block_sigops);
        }
        return {};
    }

    [[nodiscard]] Amount fees() const { return fees_; }

private:
    Verdict check_inputs(const SealedTransaction& tx, BlockCoins& coins, TxUndo& spent) {
        spent.reserve(tx.inputs.size());
        for (const auto& input : tx.inputs) {
            auto coin = coins.spend(input.prevout);
            if (!coin) return consensus::reject(Reason::inputs_missing_or_spent);
            spent.push_back(std::move(*coin));
        }
        const auto fee =
            consensus::check_inputs(tx, spent, place_.height(), params_.coinbase_maturity);
        if (!fee) return fail(fee.error());
        fees_ += *fee;
        if (!is_money(fees_)) return consensus::reject(Reason::block_fees_out_of_range);
        if (!relative_locks_) return {};
        return check_relative_locks(tx, spent, place_);
    }

    const BlockPlace& place_;
    const ChainParams& params_;
    const script::Flags flags_;
    const bool relative_locks_;
    Amount fees_;
    std::int64_t sigops_ = 0;
};

}  // namespace

bool is_bip30_exception(const BlockPlace& place, const ChainParams& params) {
    const auto found = params.bip30_exceptions.find(place.height());
    return found != params.bip30_exceptions.end() && found->second == place.hash;
}

Result<Connectable, Rejection> check_connect(const Block& block, const BlockPlace& place,
                                             const ConnectContext& context) {
    if (needs_bip30_check(place, context.params)) {
        if (auto verdict = check_bip30(block, context.coins); !verdict) {
            return fail(verdict.error());
        }
    }
    const auto flags = consensus::block_script_flags(place.height(), place.hash, context.params);
    Connectable result{BlockCoins(context.coins, block, place.height()),
                       std::make_shared<BlockUndo>()};
    auto& undo = result.undo->transactions;
    undo.resize(block.transactions.size() - 1);
    TxUndo none;
    ValueChecks values(place, context, flags);
    for (std::size_t i = 0; i < block.transactions.size(); ++i) {
        auto& spent = i == 0 ? none : undo[i - 1];
        if (auto verdict = values.check(*block.transactions[i], result.coins, spent); !verdict) {
            return fail(with_bip30(verdict.error(), block, context));
        }
        result.coins.add_outputs(i);
    }
    const Amount reward = values.fees() + consensus::block_subsidy(place.height(), context.params);
    if (block.transactions[0]->output_value() > reward) {
        return consensus::reject(Reason::bad_coinbase_amount);
    }
    if (context.check_scripts && !undo.empty()) {
        ScriptChecks scripts(block, *result.undo);
        if (auto verdict = scripts.run(flags, context.workers, context.cache); !verdict) {
            return fail(verdict.error());
        }
    }
    return result;
}

}  // namespace daler::chain
