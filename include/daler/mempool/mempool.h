#pragma once

#include <daler/consensus/rejection.h>
#include <daler/fees/estimator.h>
#include <daler/mempool/coin_view.h>
#include <daler/mempool/fee_estimates.h>
#include <daler/policy/policy.h>
#include <daler/script/interpreter.h>
#include <daler/util/thread_pool.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <vector>

namespace daler {
struct ChainParams;
}

namespace daler::script {
class BoundedSignatureCache;
}

namespace daler::mempool {

/// Limits on chains of unconfirmed transactions and on the whole mempool. Defaults as in Bitcoin
/// Core.
struct Limits {
    std::int64_t ancestor_count = 25;  ///< of a transaction, itself included
    std::int64_t ancestor_vsize = 101'000;
    std::int64_t descendant_count = 25;
    std::int64_t descendant_vsize = 101'000;
    std::size_t max_usage = 300'000'000;  ///< bytes of memory (-maxmempool)
    std::chrono::hours expiry{336};
    bool full_rbf = true;  ///< allow replacing transactions that do not signal BIP 125
};

/// Why a transaction was removed.
enum class RemovalReason : std::uint8_t { expiry, size_limit, reorg, block, conflict, replaced };
/// "expiry", "sizelimit", "reorg", "block", "conflict", "replaced".
[[nodiscard]] std::string_view name(RemovalReason reason);

/// Called after each change, on the mempool's thread. It may read the mempool, but must not change
/// it.
class MempoolObserver {
public:
    virtual ~MempoolObserver() = default;
    virtual void transaction_added(const TransactionRef& tx, Amount fee, std::int64_t vsize,
                                   std::uint64_t sequence) = 0;
    virtual void transaction_removed(const TransactionRef& tx, RemovalReason reason,
                                     std::uint64_t sequence) = 0;
};

struct AcceptOptions {
    BlockTime now;  ///< the clock of timers: expiry, rolling minimum fee
    /// When it entered the mempool by the clock of timers, if not now (mempool.dat).
    std::optional<BlockTime> entered;
    std::chrono::seconds chain_offset{0};  ///< of chain time, which the entry shows
    bool bypass_limits = false;            ///< from a disconnected block: no fee is too low
    bool test_only = false;                ///< check everything, change nothing
    bool allow_replacement = true;
    /// The node has caught up with its peers: how long the transaction waits tells about fees.
    bool chain_is_current = false;
    std::optional<Amount> max_fee;        ///< refuse a higher fee
    std::optional<FeeRate> max_fee_rate;  ///< refuse a higher fee for the virtual size
};

/// Transactions that were accepted because of the fee rate of all of them together.
struct FeeGroup {
    FeeRate rate;  ///< of their modified fees
    std::vector<Wtxid> wtxids;
};

struct Accepted {
    Amount fee;              ///< inputs less outputs
    Amount modified_fee;     ///< with the delta of `prioritise`
    std::int64_t vsize = 0;  ///< adjusted for signature operations
    std::vector<TransactionRef> replaced;
    std::optional<FeeGroup> fee_group{};  ///< only if its own fee rate was not enough
};

/// Why a transaction was not accepted.
struct Refused {
    consensus::Rejection rejection;
    /// With Reason::inputs_missing_or_spent: the unknown transactions whose outputs it spends.
    std::vector<Txid> missing_parents;
    /// The only error is a missing witness: remember the wtxid as bad, but not the txid.
    bool witness_stripped = false;
    /// Only its fee is too low: it may be accepted together with a child that pays for it.
    bool may_pass_in_package = false;

    [[nodiscard]] consensus::Reason reason() const { return rejection.reason; }
};

using AcceptResult = Result<Accepted, Refused>;

/// The result of a package test.
struct PackageResult {
    std::string error;  ///< what is wrong with the package as a whole; empty: nothing
    /// In the order of the transactions. Null: not checked, because another one failed first.
    std::vector<std::optional<AcceptResult>> results;
};

/// What became of one transaction of a package.
struct PackageMember {
    AcceptResult result;  ///< if it was known: fees and size of what is in the mempool
    /// It was in the mempool already, perhaps with another witness.
    bool was_known = false;
    std::optional<Wtxid> other_wtxid{};  ///< of the transaction with another witness
};

/// The result of accepting a package.
struct PackageAccepted {
    /// Empty: all are in the mempool now. "transaction failed": at least one is not, and its result
    /// says why. Other texts tell what is wrong with the package as a whole; then some of its
    /// transactions may have been accepted all the same.
    std::string error;
    /// In the order of the transactions. Empty if the package has a wrong form.
    std::vector<PackageMember> members;
};

/// One transaction as getmempoolentry shows it. Sizes are virtual bytes adjusted for signature
/// operations; counts and sums of ancestors and descendants include the transaction itself.
struct EntryDetails {
    Txid txid;
    Wtxid wtxid;
    std::int64_t weight = 0;
    Amount fee;
    Amount modified_fee;
    std::int64_t vsize = 0;
    std::int64_t sigop_cost = 0;
    BlockTime time{};            ///< chain time when it was added
    Height height = 0;           ///< of the tip when it was added
    std::uint64_t sequence = 0;  ///< of the mempool when it was added
    std::int64_t ancestor_count = 1, ancestor_vsize = 0;
    Amount ancestor_fees;  ///< modified
    std::int64_t descendant_count = 1, descendant_vsize = 0;
    Amount descendant_fees;           ///< modified
    std::vector<Txid> depends;        ///< parents in the mempool
    std::vector<Txid> spent_by;       ///< children in the mempool
    bool bip125_replaceable = false;  ///< it or an ancestor signals
    bool unbroadcast = false;         ///< no peer has requested it yet
};

/// The mempool as getmempoolinfo shows it.
struct Info {
    std::size_t size = 0;    ///< transactions
    std::int64_t bytes = 0;  ///< sum of virtual sizes
    std::size_t usage = 0;   ///< bytes of memory
    Amount total_fee;
    std::size_t max_usage = 0;
    FeeRate min_fee;  ///< what a transaction must pay now
    FeeRate min_relay_fee;
    FeeRate incremental_relay_fee;
    std::size_t unbroadcast_count = 0;
    bool full_rbf = true;
};

/// A transaction chosen for a block.
struct Selected {
    TransactionRef tx;
    Amount fee;
    std::int64_t sigop_cost = 0;
    /// For each input that spends another selected transaction: which one, counted from 1.
    std::vector<std::uint32_t> depends{};
};

/// What payments that spend outputs of unconfirmed transactions must pay in addition to their own
/// fee, so that they are mined as early as their own fee rate says.
struct BumpFees {
    std::map<OutPoint, Amount> each;  ///< for a payment that spends only this output
    Amount together;                  ///< for one payment that spends all of them
};

/// Limits for `select_for_block`, without what is reserved for the coinbase.
struct BlockSpace {
    std::int64_t max_weight;
    std::int64_t max_sigop_cost;
    FeeRate min_feerate;
    Height height;   ///< of the block
    BlockTime time;  ///< for lock times: the median time past of its parent
};

/// The contents of a mempool, for mempool.dat and for `restore`.
struct SavedMempool {
    /// What getmempoolentry shows of the moment when it entered.
    struct Entry {
        Height height;            ///< of the tip
        BlockTime time;           ///< chain time
        bool is_counted = false;  ///< by the fee estimator
    };
    struct Record {
        TransactionRef tx;
        BlockTime time;  ///< when it entered, by the clock of timers
        Amount fee_delta;
        std::optional<Entry> entry{};  ///< not in mempool.dat
    };
    std::vector<Record> transactions;   ///< parents before children
    std::map<Txid, Amount> fee_deltas;  ///< of transactions that are not in the mempool
    std::set<Txid> unbroadcast;
    /// What the fee estimator has learned (Estimator::encode_compact); not in mempool.dat. Empty:
    /// `restore` leaves it as it is.
    Bytes fee_statistics{};
};

/// The unconfirmed transactions. Ledger thread only; the workers verify scripts while the caller
/// waits.
class Mempool {
public:
    /// References must outlive the object; `cache` may be null.
    Mempool(const ChainParams& params, const policy::PolicyOptions& policy, const Limits& limits,
            const CoinView& chain, ThreadPool& workers, script::BoundedSignatureCache* cache);
    ~Mempool();
    Mempool(const Mempool&) = delete;
    Mempool& operator=(const Mempool&) = delete;

    /// Another mempool with the same contents on another view of the chain, which must outlive it,
    /// and without observers: to learn what events would do to this one.
    [[nodiscard]] std::unique_ptr<Mempool> copy(const CoinView& chain) const;

    void add_observer(MempoolObserver& observer);
    void remove_observer(MempoolObserver& observer);

    /// Checks `tx` against consensus rules and relay policy, and adds it.
    [[nodiscard]] AcceptResult accept(const TransactionRef& tx, const AcceptOptions& options);

    /// Verifies the scripts of those of `transactions` that `accept` would not refuse now for
    /// another reason, all at once on the workers. The cache then knows the good ones, so that
    /// `accept` has little left to do. Changes nothing else. Useless without a cache.
    void verify_ahead(std::span<const TransactionRef> transactions, const AcceptOptions& options);

    /// Returns what `accept` would return for several transactions, one after the other, parents
    /// before children. They may not replace others. Changes nothing.
    [[nodiscard]] PackageResult test_package(std::span<const TransactionRef> package,
                                             BlockTime now);

    /// Adds a child and all its unconfirmed parents; the child is last, after its parents. Each is
    /// tried alone first. Those for which only the fee is too low, and what spends their outputs,
    /// are then judged by their fee rate together; two of them may replace other transactions. With
    /// `max_fee_rate` a higher modified fee rate of one of them is refused. `max_fee`, `entered`
    /// and the flags of `options` are not used.
    [[nodiscard]] PackageAccepted accept_package(std::span<const TransactionRef> package,
                                                 const AcceptOptions& options);

    // Reading.
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] TransactionRef find(const Txid& txid) const;
    [[nodiscard]] TransactionRef find(const Wtxid& wtxid) const;
    [[nodiscard]] bool contains(const Txid& txid) const { return find(txid) != nullptr; }
    [[nodiscard]] bool contains(const Wtxid& wtxid) const { return find(wtxid) != nullptr; }
    /// The transaction that spends `outpoint`, or null.
    [[nodiscard]] TransactionRef spender(const OutPoint& outpoint) const;
    /// The output of an unconfirmed transaction, spent or not.
    [[nodiscard]] std::optional<TxOutput> output(const OutPoint& outpoint) const;
    [[nodiscard]] std::optional<EntryDetails> entry(const Txid& txid) const;
    /// Calls `visit` for each entry, parents before children, then by fee rate.
    void visit_entries(const std::function<void(EntryDetails&&)>& visit) const;
    /// The ids of all transactions in the same order.
    [[nodiscard]] std::vector<Txid> txids() const;
    /// Ids of the ancestors (descendants) of `txid` in the mempool, itself excluded.
    [[nodiscard]] std::vector<Txid> ancestors(const Txid& txid) const;
    [[nodiscard]] std::vector<Txid> descendants(const Txid& txid) const;
    /// All transactions: parents before children, then by fee rate.
    [[nodiscard]] std::vector<TransactionRef> transactions() const;
    [[nodiscard]] Info info(BlockTime now) const;
    /// The fee rate that a transaction must pay at least because the pool was full; 0 if it was
    /// not.
    [[nodiscard]] FeeRate min_fee(BlockTime now) const;
    /// The rates that the user set.
    [[nodiscard]] FeeEstimates& fee_estimates();

    /// From now on the estimator learns from the events of this mempool. Requires that the mempool
    /// is empty. Without this nothing is estimated.
    void start_estimating(fees::Estimator estimator);
    /// All transactions count as if they left now, because the estimator does not learn when they
    /// confirm. To be called before its statistics are saved for another run.
    void stop_estimating();
    /// Null before start_estimating.
    [[nodiscard]] const fees::Estimator* fee_estimator() const;
    /// The fee rate to confirm within `target` blocks: what the user set, or else what the
    /// estimator has learned. Requires a target from 1 to policy::max_confirmation_target.
    [[nodiscard]] fees::SmartEstimate estimate_fee(int target, bool conservative) const;

    /// Counts changes: each addition, and each removal not caused by a block.
    [[nodiscard]] std::uint64_t sequence() const;
    /// Counts all that can change what `select_for_block` returns on the same tip: each addition,
    /// each removal, each change of a delta.
    [[nodiscard]] std::uint64_t updates() const;
    [[nodiscard]] const Limits& limits() const;
    [[nodiscard]] const policy::PolicyOptions& policy() const;

    /// The transactions with the best fee rates that fit. Each is taken together with its
    /// ancestors, parents before children.
    [[nodiscard]] std::vector<Selected> select_for_block(const BlockSpace& space) const;

    /// What payments at `rate` must pay for the transactions before them that pay less. Nothing for
    /// those that a miner takes at that rate without the payment: other children may pay for them.
    /// If one of the outputs is spent, that transaction and its descendants are taken to be
    /// replaced.
    [[nodiscard]] BumpFees bump_fees(std::span<const OutPoint> outputs, FeeRate rate) const;

    // Chain events. In a reorganisation: block_disconnected for each block from the old tip down,
    // block_connected for each new one, then reorganised. For a new block on the tip: only
    // block_connected. The CoinView already shows the chain after the event.
    void block_connected(const Block& block, Height height, BlockTime now);
    void block_disconnected(const Block& block);
    /// Adds the transactions of the disconnected blocks again and removes those that the new chain
    /// does not allow. `now` and `chain_offset` as in AcceptOptions.
    void reorganised(BlockTime now, std::chrono::seconds chain_offset = {});

    /// Removes transactions older than Limits::expiry, and their descendants. Returns how many.
    std::size_t expire(BlockTime now);
    /// Removes `txid` and its descendants.
    void remove(const Txid& txid, RemovalReason reason);

    /// Adds `delta` to the modified fee of `txid`, which need not be in the mempool yet. A sum of
    /// zero is not stored.
    void prioritise(const Txid& txid, Amount delta);
    /// All deltas, also of transactions that are not in the mempool.
    [[nodiscard]] const std::map<Txid, Amount>& deltas() const;

    /// Transactions of this node that no peer has requested yet.
    void add_unbroadcast(const Txid& txid);
    void remove_unbroadcast(const Txid& txid);
    [[nodiscard]] std::set<Txid> unbroadcast() const;

    /// The contents for mempool.dat. To load: accept each transaction with its time as `entered`
    /// after its delta, then the deltas, then the unbroadcast set.
    [[nodiscard]] SavedMempool saved() const;
    /// Returns to these contents, times, heights, deltas and the unbroadcast set included. Removes
    /// what is not in `saved`, then adds what the mempool lacks; what is the same stays. The chain
    /// must be the one of that time. Transactions of disconnected blocks are not taken back, so
    /// after block_disconnected this replaces `reorganised`.
    void restore(const SavedMempool& saved, BlockTime now);

private:
    struct Impl;
    explicit Mempool(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// mempool.dat in Bitcoin Core's format: version 2, its contents XORed with `key`.
[[nodiscard]] Bytes encode_saved(const SavedMempool& saved,
                                 const std::array<std::uint8_t, 8>& key = {});
/// Reads versions 1 (no key) and 2. A file that ends in the middle is DecodeError::truncated.
[[nodiscard]] Result<SavedMempool, DecodeError> decode_saved(ByteSpan bytes);

}  // namespace daler::mempool
