#pragma once

#include "pool.h"

namespace daler::mempool {

/// What the mempool was made with.
struct Rules {
    const ChainParams& params;
    policy::PolicyOptions policy;
    Limits limits;
    const CoinView& chain;
    ThreadPool& workers;
    script::BoundedSignatureCache* cache;
};

/// Height of a coin that no block holds yet.
inline constexpr Height unconfirmed_height = 0x7fffffff;

/// The largest group of transactions that one may replace (BIP 125, rule 5).
inline constexpr std::int64_t max_replaced = 100;

/// Entries above a transaction of `vsize` that spends `parents`, or which of `limits` it would
/// break. Likewise for `count` transactions, all of them taken for each other's ancestors. With
/// `same_block` only entries in it are counted.
[[nodiscard]] Result<std::vector<const Entry*>, std::string> ancestors_within(
    const EntrySet& parents, std::int64_t vsize, const Limits& limits, std::int64_t count = 1,
    const EntryHashSet* same_block = nullptr);

/// True if `tx` may be in the block after the tip as far as its relative lock times go. `coins` may
/// be of unconfirmed_height.
[[nodiscard]] bool are_sequences_final(const Transaction& tx,
                                       std::span<const consensus::Coin> coins,
                                       const CoinView& chain);

/// The transactions of a package that come before another, by id.
using PackageTransactions = std::map<Txid, TransactionRef>;

/// The way of one transaction into the pool: every check in the order of the reference. Changes
/// nothing.
class Admission {
public:
    /// With a package the transaction may spend what those before it pay; references must stay.
    Admission(const Rules& rules, const Pool& pool, TransactionRef tx, const AcceptOptions& options,
              Amount fee_delta, FeeRate min_fee, const PackageTransactions* package = nullptr);

    /// For one that comes back from a block: only those of the same block, which must stay, count
    /// for the limits of ancestors and descendants. Each block could have as many.
    void count_only(const EntryHashSet& same_block) { same_block_ = &same_block; }

    /// Nothing if the transaction may come in.
    [[nodiscard]] std::optional<Refused> check();
    /// The same in two steps, for one that replaces nothing.
    [[nodiscard]] std::optional<Refused> check_before_scripts();
    [[nodiscard]] std::optional<Refused> check_only_scripts();

    /// After a successful check: the new entry, and what must leave for it.
    [[nodiscard]] const Entry& entry() const { return entry_; }
    [[nodiscard]] const std::vector<const Entry*>& replaced() const { return replaced_; }
    /// All that is above it in the mempool.
    [[nodiscard]] const std::vector<const Entry*>& ancestors() const { return ancestors_; }

private:
    using Verdict = consensus::Verdict;

    using Stage = Verdict (Admission::*)();
    std::optional<Refused> run(std::initializer_list<Stage> stages);
    Verdict check_alone();
    Verdict find_conflicts();
    Verdict fetch_coins();
    [[nodiscard]] const TxOutput* unconfirmed_output(const OutPoint& outpoint) const;
    Verdict check_against_coins();
    Verdict check_fees() const;
    Verdict check_relatives();
    Verdict check_truc();
    Verdict check_replacement();
    Verdict check_max_fee();
    Verdict check_pays_for_replaced() const;
    Verdict refuse_replacement(consensus::Reason reason, std::string why) const;
    Verdict check_scripts();
    [[nodiscard]] bool is_witness_stripped(const script::PrecomputedHashes& hashes) const;
    [[nodiscard]] script::ScriptError run_input(std::size_t index,
                                                const script::PrecomputedHashes& hashes,
                                                script::Flags flags) const;
    [[nodiscard]] script::ScriptError run_all(const script::PrecomputedHashes& hashes,
                                              script::Flags flags, std::size_t& failed) const;

    const Rules& rules_;
    const Pool& pool_;
    const TransactionRef tx_;
    const AcceptOptions& options_;
    const Amount fee_delta_;
    const FeeRate min_fee_;
    const PackageTransactions* const package_;
    const EntryHashSet* same_block_ = nullptr;

    std::vector<consensus::Coin> coins_;  ///< what each input spends
    std::vector<Txid> missing_;
    Entry entry_;
    EntrySet parents_;
    std::vector<const Entry*> ancestors_;
    EntrySet conflicts_;                  ///< spend the same coins
    bool evicts_sibling_ = false;         ///< one of them spends another coin of the same parent
    std::vector<const Entry*> replaced_;  ///< those and everything below them
    bool witness_stripped_ = false;
};

}  // namespace daler::mempool
