#pragma once

#include "admission.h"
#include "disconnected.h"
#include "package_check.h"
#include "rolling_fee.h"
#include "selection.h"

namespace daler::mempool {

/// What a Mempool owns, and the functions that its methods share.
struct Mempool::Impl {
    explicit Impl(Rules given)
        : rules(std::move(given)),
          disconnected(std::max(rules.limits.max_usage, Disconnected::least_max_usage)) {}

    FeeRate min_fee(BlockTime now);
    [[nodiscard]] EntryDetails details_of(const Entry& entry) const;
    void set_unbroadcast(const Entry& entry, bool unbroadcast);
    [[nodiscard]] Amount delta_of(const Txid& txid) const;
    const Entry& insert(Candidate candidate);
    void report_added(const Entry& added, const TransactionRef& tx);
    void remove(const Entry& entry, RemovalReason reason);
    /// The same if the transaction is at hand.
    void remove(const Entry& entry, const TransactionRef& tx, RemovalReason reason);
    std::size_t remove_with_descendants(const EntrySet& roots, RemovalReason reason);
    std::size_t expire(BlockTime now);
    /// Removes entries that a new transaction replaces, and returns their transactions.
    std::vector<TransactionRef> replace(const std::vector<const Entry*>& entries);
    /// Evicts entries in the order of eviction until the rest is within the memory limit.
    void trim();

    // The fee estimator (fee_estimates.cpp).
    void count(const Entry& entry, const AcceptOptions& options);
    void stop_counting(const Entry& entry);
    void restore_fee_statistics(const SavedMempool& saved);

    // Packages (package.cpp).
    PackageSurroundings surroundings(Transactions package, BlockTime now);
    PackageMember accept_member(const TransactionRef& tx, const AcceptOptions& options,
                                const InPackage& settings);
    void accept_together(Transactions package, const std::vector<std::size_t>& numbers,
                         const AcceptOptions& options, InPackage settings, PackageAccepted& out);

    // Chain events (chain_events.cpp).
    void remove_conflicts(const Transaction& confirmed);
    void drop(const Disconnected::Dropped& gone);
    void take_back(const AcceptOptions& options);
    EntryHashSet take_back(const std::vector<TransactionRef>& from_block,
                           const AcceptOptions& options);
    [[nodiscard]] bool has_too_many_ancestors(const Entry& entry) const;
    void remove_long_chains();
    [[nodiscard]] bool may_be_next(const Entry& entry) const;
    void remove_what_became_invalid();

    // Saved contents (restore.cpp).
    void remove_all_but(const SavedMempool& saved);
    void set_deltas(const SavedMempool& saved);
    void add_missing(const SavedMempool& saved, BlockTime now);

    const Rules rules;
    Pool pool;
    /// Inserted, but not reported to observers yet: it may be evicted at once.
    const Entry* entering = nullptr;
    RollingFee rolling_fee;
    FeeEstimates fee_estimates;
    std::unique_ptr<fees::Estimator> estimator;  ///< null: nothing is estimated
    Disconnected disconnected;
    std::map<Txid, Amount> deltas;
    std::size_t unbroadcast_count = 0;  ///< entries
    std::uint64_t sequence = 1;
    std::uint64_t updates = 0;
    std::vector<MempoolObserver*> observers;
};

}  // namespace daler::mempool
