#include "admission.h"

#include <daler/consensus/sequence_lock.h>
#include <daler/primitives/chain_params.h>
#include <daler/script/signature_cache.h>

#include <fmt/format.h>

#include <algorithm>

namespace daler::mempool {

using namespace consensus;

namespace {

// One more descendant is allowed if it is small and has a single parent (CPFP carve-out). So each
// party of a payment channel can raise the fee, even if the other party has used up the limit.
constexpr std::int64_t carve_out_vsize = 10'000;

}  // namespace

Result<std::vector<const Entry*>, std::string> ancestors_within(const EntrySet& parents,
                                                                std::int64_t vsize,
                                                                const Limits& limits,
                                                                std::int64_t count,
                                                                const EntryHashSet* same_block) {
    const auto too_many_ancestors = [&](std::string_view what) {
        return fail(
            fmt::format("too many unconfirmed {} [limit: {}]", what, limits.ancestor_count));
    };
    std::vector<const Entry*> found;
    EntryHashSet seen;
    std::int64_t counted = count;
    const auto counts = [&](const Entry* entry) {
        return !same_block || same_block->contains(entry);
    };
    const auto find = [&](const Entry* entry) {
        if (!seen.insert(entry).second) return;
        found.push_back(entry);
        if (counts(entry)) ++counted;
    };
    for (const Entry* parent : parents) {
        find(parent);
        if (counted > limits.ancestor_count) return too_many_ancestors("parents");
    }
    std::int64_t total = vsize;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const Entry& entry = *found[i];
        const bool is_counted = counts(&entry);
        if (is_counted) total += entry.vsize;
        if (is_counted && entry.descendants().vsize + vsize > limits.descendant_vsize) {
            return fail(fmt::format("exceeds descendant size limit for tx {} [limit: {}]",
                                    entry.txid().to_hex(), limits.descendant_vsize));
        }
        if (is_counted && entry.descendants().count + count > limits.descendant_count) {
            return fail(fmt::format("too many descendants for tx {} [limit: {}]",
                                    entry.txid().to_hex(), limits.descendant_count));
        }
        if (total > limits.ancestor_vsize) {
            return fail(
                fmt::format("exceeds ancestor size limit [limit: {}]", limits.ancestor_vsize));
        }
        for (const Entry* parent : entry.parents()) {
            find(parent);
            if (counted > limits.ancestor_count) return too_many_ancestors("ancestors");
        }
    }
    return found;
}

bool are_sequences_final(const Transaction& tx, std::span<const Coin> coins,
                         const CoinView& chain) {
    const Height tip = chain.height();
    const bool with_times = needs_median_times(tx);
    std::vector<CoinAge> ages;
    ages.reserve(coins.size());
    for (const auto& coin : coins) {
        // Unconfirmed coins are assumed to be in the next block, too.
        const Height height = coin.height == unconfirmed_height ? tip + 1 : coin.height;
        ages.push_back(
            {height, with_times ? chain.median_time_past(std::max(height - 1, 0)) : BlockTime{}});
    }
    return check_sequence_lock(sequence_lock(tx, ages), tip + 1, chain.median_time_past(tip))
        .has_value();
}

Admission::Admission(const Rules& rules, const Pool& pool, TransactionRef tx,
                     const AcceptOptions& options, Amount fee_delta, FeeRate min_fee,
                     std::optional<InPackage> package)
    : rules_(rules),
      pool_(pool),
      tx_(std::move(tx)),
      options_(options),
      fee_delta_(fee_delta),
      min_fee_(min_fee),
      package_(package),
      signatures_(rules.cache) {}

std::optional<Refused> Admission::run(std::initializer_list<Stage> stages) {
    for (const auto stage : stages)
        if (const auto verdict = (this->*stage)(); !verdict)
            return Refused{verdict.error(), std::move(missing_), witness_stripped_,
                           is_only_underpaid(verdict.error().reason)};
    return std::nullopt;
}

bool Admission::is_only_underpaid(Reason reason) const {
    switch (reason) {
        case Reason::mempool_min_fee:
        case Reason::insufficient_fee:
            return true;
        // A child that pays for others may be replaced later. Only version 3 makes sure that a
        // transaction without a fee does not stay alone.
        case Reason::min_relay_fee:
            return tx_->version == policy::truc_version;
        default:
            return false;
    }
}

std::optional<Refused> Admission::check() {
    return run({&Admission::check_alone, &Admission::find_conflicts, &Admission::fetch_coins,
                &Admission::check_against_coins, &Admission::check_relatives,
                &Admission::check_max_fee_rate, &Admission::check_replacement,
                &Admission::check_scripts, &Admission::check_max_fee});
}

std::optional<Refused> Admission::check_before_scripts() {
    return run({&Admission::check_alone, &Admission::find_conflicts, &Admission::fetch_coins,
                &Admission::check_against_coins, &Admission::check_relatives,
                &Admission::check_max_fee_rate});
}

std::optional<Refused> Admission::check_only_scripts() {
    return run({&Admission::check_scripts});
}

Verdict Admission::check_max_fee_rate() {
    if (!package_ || !package_->max_fee_rate) return {};
    if (FeeRate::of(entry_.modified_fee, entry_.vsize) <= *package_->max_fee_rate) return {};
    return reject(Reason::max_fee_rate_exceeded);
}

Verdict Admission::check_max_fee() {
    if (options_.max_fee && entry_.fee > *options_.max_fee) return reject(Reason::max_fee_exceeded);
    if (options_.max_fee_rate && entry_.fee > options_.max_fee_rate->fee(tx_->vsize()))
        return reject(Reason::max_fee_exceeded);
    return {};
}

Verdict Admission::check_alone() {
    if (auto verdict = check_transaction(*tx_); !verdict) return verdict;
    if (auto verdict = policy::check_standard(*tx_, rules_.policy); !verdict) return verdict;

    const Height tip = rules_.chain.height();
    if (!is_final(*tx_, tip + 1, rules_.chain.median_time_past(tip)))
        return reject(Reason::not_final_yet);

    if (pool_.find(tx_->wtxid)) return reject(Reason::already_in_mempool);
    if (pool_.find(tx_->txid)) return reject(Reason::same_non_witness_data);
    return {};
}

Verdict Admission::find_conflicts() {
    for (const auto& input : tx_->inputs) {
        const Entry* other = pool_.spender(input.prevout);
        if (!other) continue;
        if (!options_.allow_replacement) return reject(Reason::replacement_disallowed);
        // Without full RBF only transactions that signal it or have version 3 are replaceable.
        const bool replaceable = rules_.limits.full_rbf || other->signals_replacement() ||
                                 other->version() == policy::truc_version;
        if (!replaceable) return reject(Reason::mempool_conflict);
        conflicts_.insert(other);
    }
    return {};
}

const TxOutput* Admission::unconfirmed_output(const OutPoint& outpoint) {
    const SealedTransaction* parent = nullptr;
    if (package_ && package_->before) {
        const auto found = package_->before->find(outpoint.txid);
        if (found != package_->before->end()) parent = found->second.get();
    }
    if (!parent) {
        const Entry* entry = pool_.find(outpoint.txid);
        if (!entry) return nullptr;
        parent = spent_.emplace_back(pool_.transaction(*entry)).get();
    }
    return outpoint.index < parent->outputs.size() ? &parent->outputs[outpoint.index] : nullptr;
}

Verdict Admission::fetch_coins() {
    coins_.reserve(tx_->inputs.size());
    for (const auto& input : tx_->inputs) {
        const auto& txid = input.prevout.txid;
        if (const auto* output = unconfirmed_output(input.prevout)) {
            coins_.push_back({*output, unconfirmed_height, false});
            continue;
        }
        if (!pool_.find(txid)) {
            if (auto coin = rules_.chain.coin(input.prevout)) {
                coins_.push_back(std::move(*coin));
                continue;
            }
        }
        if (std::ranges::find(missing_, txid) == missing_.end()) missing_.push_back(txid);
    }
    if (missing_.empty()) return {};

    // If an input is missing and an output is in the chain, the transaction is confirmed.
    for (std::uint32_t i = 0; i < tx_->outputs.size(); ++i) {
        if (rules_.chain.has_recent_coin({tx_->txid, i})) {
            missing_.clear();
            return reject(Reason::already_known);
        }
    }
    return reject(Reason::inputs_missing_or_spent);
}

Verdict Admission::check_against_coins() {
    if (!are_sequences_final(*tx_, coins_, rules_.chain)) return reject(Reason::not_final_bip68);

    const Height tip = rules_.chain.height();
    const auto fee = check_inputs(*tx_, coins_, tip + 1, rules_.params.coinbase_maturity);
    if (!fee) return fail(fee.error());
    if (auto verdict = policy::check_inputs_standard(*tx_, coins_, rules_.policy); !verdict)
        return verdict;
    if (auto verdict = policy::check_witness_standard(*tx_, coins_, rules_.policy); !verdict)
        return verdict;

    entry_.tx = tx_;
    entry_.fee = *fee;
    entry_.modified_fee = *fee + fee_delta_;
    entry_.sigop_cost = static_cast<std::int32_t>(sigop_cost(*tx_, coins_, script::standard_flags));
    entry_.vsize =
        policy::virtual_size(tx_->weight(), entry_.sigop_cost, rules_.policy.bytes_per_sigop);
    entry_.entered = options_.entered.value_or(options_.now);
    entry_.time = entry_.entered + options_.chain_offset;
    entry_.height = tip;
    entry_.spends_coinbase = std::ranges::any_of(coins_, &Coin::is_coinbase);

    if (auto verdict = policy::check_sigop_cost(entry_.sigop_cost); !verdict) return verdict;
    return options_.bypass_limits ? Verdict{} : check_fees();
}

Verdict Admission::check_fees() const {
    const auto check = [&](FeeRate rate, Reason reason) -> Verdict {
        const Amount wanted = rate.fee(entry_.vsize);
        if (entry_.modified_fee >= wanted) return {};
        return reject(reason,
                      fmt::format("{} < {}", entry_.modified_fee.satoshis(), wanted.satoshis()));
    };
    const auto check_relay = [&] {
        return check(rules_.policy.min_relay_fee, Reason::min_relay_fee);
    };
    // In a package version 3 may pay less than the relay fee.
    const bool truc = tx_->version == policy::truc_version;
    if (!truc) {
        if (auto verdict = check_relay(); !verdict) return verdict;
    }
    if (package_ && package_->shares_fees) return {};
    if (min_fee_.per_kvb > Amount{0}) {
        if (auto verdict = check(min_fee_, Reason::mempool_min_fee); !verdict) return verdict;
    }
    return truc ? check_relay() : Verdict{};
}

Verdict Admission::check_relatives() {
    parents_ = pool_.parents_of(*tx_);
    Limits limits = rules_.limits;
    if (conflicts_.size() == 1 && !package_) {
        // The replaced transaction is removed, so it must not count too.
        const Entry& conflict = **conflicts_.begin();
        limits.descendant_count += 1;
        limits.descendant_vsize += conflict.descendants().vsize;
    }
    auto ancestors = ancestors_within(parents_, entry_.vsize, limits, 1, same_block_);
    if (!ancestors) {
        const std::string first_error = ancestors.error();
        // The carve-out is not for packages and not for version 3.
        if (entry_.vsize > carve_out_vsize || tx_->version == policy::truc_version || package_)
            return reject(Reason::too_long_chain, first_error);
        limits.ancestor_count = 2;
        limits.descendant_count += 1;
        limits.descendant_vsize += carve_out_vsize;
        ancestors = ancestors_within(parents_, entry_.vsize, limits, 1, same_block_);
        if (!ancestors) return reject(Reason::too_long_chain, first_error);
    }
    ancestors_ = std::move(*ancestors);
    if (auto verdict = check_truc(); !verdict) return verdict;

    for (const Entry* ancestor : ancestors_) {
        if (conflicts_.contains(ancestor)) {
            return reject(Reason::spends_conflicting,
                          fmt::format("{} spends conflicting transaction {}", tx_->txid.to_hex(),
                                      ancestor->txid().to_hex()));
        }
    }
    return {};
}

script::ScriptError Admission::run_input(std::size_t index, const script::PrecomputedHashes& hashes,
                                         script::Flags flags) const {
    return script::verify_input({.tx = *tx_,
                                 .index = static_cast<std::uint32_t>(index),
                                 .spent = coins_[index].output,
                                 .hashes = hashes,
                                 .flags = flags,
                                 .cache = &signatures_});
}

// The error of the first input that fails, in the order of inputs, not of the workers.
script::ScriptError Admission::run_all(const script::PrecomputedHashes& hashes, script::Flags flags,
                                       std::size_t& failed) const {
    constexpr std::size_t worth_sharing = 3;
    const std::size_t count = coins_.size();
    std::vector<script::ScriptError> errors(count, script::ScriptError::ok);
    const auto job = [&](std::size_t i) { errors[i] = run_input(i, hashes, flags); };
    if (count < worth_sharing)
        for (std::size_t i = 0; i < count; ++i)
            job(i);
    else
        rules_.workers.for_each(count, job);
    for (failed = 0; failed < count; ++failed)
        if (errors[failed] != script::ScriptError::ok) return errors[failed];
    return script::ScriptError::ok;
}

/// True if only the witnesses are missing. Anyone can strip them from a valid transaction.
bool Admission::is_witness_stripped(const script::PrecomputedHashes& hashes) const {
    if (tx_->has_witness() || !policy::needs_witness(*tx_, coins_)) return false;
    constexpr script::Flags without_witness =
        script::standard_flags & ~script::verify_cleanstack & ~script::verify_witness;
    std::size_t ignored = 0;
    return run_all(hashes, without_witness, ignored) == script::ScriptError::ok;
}

/// It may have been verified before: ahead, or because a reorganisation adds it again.
bool Admission::is_verified() const {
    return rules_.cache && rules_.cache->contains_tx(tx_->wtxid, script::standard_flags);
}

script::PrecomputedHashes Admission::precomputed_hashes() const {
    std::vector<TxOutput> spent;
    spent.reserve(coins_.size());
    for (const auto& coin : coins_)
        spent.push_back(coin.output);
    return {*tx_, std::move(spent)};
}

script::ScriptError Admission::verify_all(const script::PrecomputedHashes& hashes,
                                          std::size_t& failed) {
    // The flags of blocks are a subset of these, so scripts that pass here are valid in the next
    // block.
    static_assert((script::mandatory_flags & ~script::standard_flags) == 0);
    const auto error = run_all(hashes, script::standard_flags, failed);
    if (error != script::ScriptError::ok)
        signatures_.keep();  // somebody may send it again
    else if (rules_.cache)
        rules_.cache->insert_tx(tx_->wtxid, script::standard_flags);  // for its block
    return error;
}

void Admission::verify_ahead() {
    std::size_t ignored = 0;
    if (!is_verified()) verify_all(precomputed_hashes(), ignored);
}

Verdict Admission::check_scripts() {
    if (is_verified()) return {};
    const auto hashes = precomputed_hashes();
    std::size_t failed = 0;
    const auto error = verify_all(hashes, failed);
    if (error == script::ScriptError::ok) return {};

    witness_stripped_ = is_witness_stripped(hashes);
    const bool mandatory =
        run_input(failed, hashes, script::mandatory_flags) != script::ScriptError::ok;
    return reject(mandatory ? Reason::script_failed : Reason::script_failed_policy,
                  std::string(script::describe(error)));
}

}  // namespace daler::mempool
