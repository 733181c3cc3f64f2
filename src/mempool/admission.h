#pragma once

#include "pool.h"

#include <daler/script/signature_cache.h>

namespace daler {
struct ChainParams;
}

namespace daler::mempool {

/// The constructor arguments of the mempool.
struct Rules {
    const ChainParams& params;
    policy::PolicyOptions policy;
    Limits limits;
    const CoinView& chain;
    ThreadPool& workers;
    script::BoundedSignatureCache* cache;
};

/// The height of a coin that is not in a block yet.
inline constexpr Height unconfirmed_height = 0x7fffffff;

/// The largest group of transactions that one may replace (BIP 125, rule 5).
inline constexpr std::int64_t max_replaced = 100;

/// The ancestors of a transaction of `vsize` that spends `parents`, or the limit that it would
/// exceed. With `count` above 1, of a package: each of its transactions counts as an ancestor of
/// the others. With `same_block` only entries in it are counted.
[[nodiscard]] Result<std::vector<const Entry*>, std::string> ancestors_within(
    const EntrySet& parents, std::int64_t vsize, const Limits& limits, std::int64_t count = 1,
    const EntryHashSet* same_block = nullptr);

/// True if the relative lock times of `tx` allow it in the block after the tip. `coins` may have
/// unconfirmed_height.
[[nodiscard]] bool are_sequences_final(const Transaction& tx,
                                       std::span<const consensus::Coin> coins,
                                       const CoinView& chain);

/// The transactions of a package that come before another one, by txid.
using PackageTransactions = std::map<Txid, TransactionRef>;

/// How a transaction of a package is checked. There is no carve-out in any case.
struct InPackage {
    /// It may spend the outputs of these. Null: it is tried alone.
    const PackageTransactions* before = nullptr;
    /// The mempool's minimum is compared with the fee rate of the package, by the caller.
    bool shares_fees = false;
    std::optional<FeeRate> max_fee_rate{};  ///< refuse a higher modified fee rate
};

/// Why transactions with these modified fees and this virtual size may not replace `replaced`, in
/// the words of Bitcoin Core; nothing if they pay enough. `id`: the one that is named.
[[nodiscard]] std::optional<std::string> replacement_fee_error(
    const Txid& id, Amount fees, std::int64_t vsize, std::span<const Entry* const> replaced,
    FeeRate incremental);

/// Why the conflicts and their descendants are too many to be replaced; nothing if they are not.
[[nodiscard]] std::optional<std::string> too_many_replaced_error(const Txid& id,
                                                                 const EntrySet& conflicts);

/// "0.00001000 BTC/kvB".
[[nodiscard]] std::string rate_text(FeeRate rate);

/// The checks of one transaction before it is added to the pool, in the order of Bitcoin Core.
/// Changes nothing.
class Admission {
public:
    /// The references, and what `package` refers to, must stay valid.
    Admission(const Rules& rules, const Pool& pool, TransactionRef tx, const AcceptOptions& options,
              Amount fee_delta, FeeRate min_fee, std::optional<InPackage> package = {});

    /// For a transaction of a disconnected block: only entries in `same_block` count for the limits
    /// on ancestors and descendants, because each block may contain as many as the limits allow.
    /// The reference must stay valid.
    void count_only(const EntryHashSet& same_block) { same_block_ = &same_block; }

    /// Nothing if the transaction is acceptable.
    [[nodiscard]] std::optional<Refused> check();
    /// The same in two steps, without the rules for what it replaces.
    [[nodiscard]] std::optional<Refused> check_before_scripts();
    [[nodiscard]] std::optional<Refused> check_only_scripts();
    /// In place of the second step: if all scripts are good, the cache knows the transaction. Reads
    /// no state, so any thread may call it. Requires a cache.
    void verify_ahead();

    /// After a successful check: the new entry, and the entries that it replaces.
    [[nodiscard]] const Candidate& entry() const { return entry_; }
    [[nodiscard]] const std::vector<const Entry*>& replaced() const { return replaced_; }
    /// Entries that spend the same coins.
    [[nodiscard]] const EntrySet& conflicts() const { return conflicts_; }
    /// Its ancestors in the mempool.
    [[nodiscard]] const std::vector<const Entry*>& ancestors() const { return ancestors_; }

private:
    using Verdict = consensus::Verdict;

    using Stage = Verdict (Admission::*)();
    std::optional<Refused> run(std::initializer_list<Stage> stages);
    Verdict check_alone();
    Verdict find_conflicts();
    Verdict fetch_coins();
    const TxOutput* unconfirmed_output(const OutPoint& outpoint);
    Verdict check_against_coins();
    Verdict check_fees() const;
    Verdict check_relatives();
    Verdict check_truc();
    Verdict check_max_fee_rate();
    Verdict check_replacement();
    Verdict check_max_fee();
    [[nodiscard]] bool is_only_underpaid(consensus::Reason reason) const;
    [[nodiscard]] bool may_evict_sibling() const;
    Verdict refuse_replacement(consensus::Reason reason, std::string why) const;
    Verdict check_scripts();
    [[nodiscard]] bool is_verified() const;
    [[nodiscard]] script::PrecomputedHashes precomputed_hashes() const;
    script::ScriptError verify_all(const script::PrecomputedHashes& hashes, std::size_t& failed);
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
    const std::optional<InPackage> package_;
    const EntryHashSet* same_block_ = nullptr;
    mutable script::PendingSignatures signatures_;

    std::vector<consensus::Coin> coins_;  ///< the coins that the inputs spend
    /// Unconfirmed transactions whose outputs it spends, so that each is unpacked once.
    std::vector<TransactionRef> spent_;
    std::vector<Txid> missing_;
    Candidate entry_;
    EntrySet parents_;
    std::vector<const Entry*> ancestors_;
    EntrySet conflicts_;                  ///< these entries spend the same coins
    bool evicts_sibling_ = false;         ///< one of them spends another coin of the same parent
    std::vector<const Entry*> replaced_;  ///< conflicts_ and their descendants
    bool witness_stripped_ = false;
};

}  // namespace daler::mempool
