#pragma once

#include <daler/consensus/rejection.h>
#include <daler/mempool/coin_view.h>
#include <daler/policy/policy.h>
#include <daler/script/interpreter.h>
#include <daler/util/thread_pool.h>

#include <map>
#include <memory>
#include <set>
#include <vector>

namespace daler::script {
class BoundedSignatureCache;
}

namespace daler::mempool {

/// How long unconfirmed chains may be and how much is kept. Defaults as in the reference.
struct Limits {
    std::int64_t ancestor_count = 25;  ///< of a transaction, itself included
    std::int64_t ancestor_vsize = 101'000;
    std::int64_t descendant_count = 25;
    std::int64_t descendant_vsize = 101'000;
    std::size_t max_usage = 300'000'000;  ///< bytes of memory (-maxmempool)
    std::chrono::hours expiry{336};
    bool full_rbf = true;  ///< replace also what does not signal BIP 125
};

/// Why a transaction left.
enum class RemovalReason : std::uint8_t { expiry, size_limit, reorg, block, conflict, replaced };
/// "expiry", "sizelimit", "reorg", "block", "conflict", "replaced".
[[nodiscard]] std::string_view name(RemovalReason reason);

/// Told of every change, on the mempool's thread, after it happened. Must not call back into the
/// mempool except for reading.
class Listener {
public:
    virtual ~Listener() = default;
    virtual void transaction_added(const TransactionRef& tx, Amount fee, std::int64_t vsize,
                                   std::uint64_t sequence) = 0;
    virtual void transaction_removed(const TransactionRef& tx, RemovalReason reason,
                                     std::uint64_t sequence) = 0;
};

struct AcceptOptions {
    BlockTime now;                     ///< our clock: entry time, expiry, rolling minimum fee
    std::optional<BlockTime> entered;  ///< when it first came, if not now (mempool.dat)
    bool bypass_limits = false;        ///< from a disconnected block: no fee is too low
    bool test_only = false;            ///< check everything, change nothing
    bool allow_replacement = true;
    std::optional<Amount> max_fee;        ///< refuse to pay more than this
    std::optional<FeeRate> max_fee_rate;  ///< or more than this for its virtual size
};

struct Accepted {
    Amount fee;              ///< inputs less outputs
    Amount modified_fee;     ///< with the delta of `prioritise`
    std::int64_t vsize = 0;  ///< adjusted for signature operations
    std::vector<TransactionRef> replaced;
};

/// Why a transaction was not accepted.
struct Refused {
    consensus::Rejection rejection;
    /// With Reason::inputs_missing_or_spent: the transactions that would have to be known first.
    std::vector<Txid> missing_parents;
    /// The only fault is a missing witness: remember the wtxid as bad, never the txid.
    bool witness_stripped = false;

    [[nodiscard]] consensus::Reason reason() const { return rejection.reason; }
};

using AcceptResult = Result<Accepted, Refused>;

/// What became of a package that was tested.
struct PackageResult {
    std::string error;  ///< what is wrong with the package as such; empty: nothing
    /// In the order of the transactions. Null: there is no verdict, as another one failed first.
    std::vector<std::optional<AcceptResult>> results;
};

/// One transaction as getmempoolentry shows it. Sizes are virtual bytes adjusted for signature
/// operations; counts and sums of ancestors and descendants include the transaction itself.
struct EntryDetails {
    TransactionRef tx;
    Amount fee;
    Amount modified_fee;
    std::int64_t vsize = 0;
    std::int64_t sigop_cost = 0;
    BlockTime time{};
    Height height = 0;           ///< of the tip when it came
    std::uint64_t sequence = 0;  ///< of the mempool when it came
    std::int64_t ancestor_count = 1, ancestor_vsize = 0;
    Amount ancestor_fees;  ///< modified
    std::int64_t descendant_count = 1, descendant_vsize = 0;
    Amount descendant_fees;           ///< modified
    std::vector<Txid> depends;        ///< parents in the mempool
    std::vector<Txid> spent_by;       ///< children in the mempool
    bool bip125_replaceable = false;  ///< it or an ancestor signals
    bool unbroadcast = false;         ///< no peer has asked for it yet
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
};

/// What `select_for_block` may take: room left beside the coinbase.
struct BlockSpace {
    std::int64_t max_weight;
    std::int64_t max_sigop_cost;
    FeeRate min_feerate;
    Height height;   ///< of the block
    BlockTime time;  ///< its lock time clock: the median time past of its parent
};

/// What mempool.dat holds.
struct SavedMempool {
    struct Record {
        TransactionRef tx;
        BlockTime time;
        Amount fee_delta;
    };
    std::vector<Record> transactions;   ///< parents before children
    std::map<Txid, Amount> fee_deltas;  ///< of transactions that are not here
    std::set<Txid> unbroadcast;
};

/// The transactions that wait for a block. Single-threaded: lives on the ledger thread; scripts are
/// verified by the workers while the caller waits.
class Mempool {
public:
    /// References must outlive the object; `cache` may be null.
    Mempool(const ChainParams& params, const policy::PolicyOptions& policy, const Limits& limits,
            const CoinView& chain, ThreadPool& workers, script::BoundedSignatureCache* cache);
    ~Mempool();
    Mempool(const Mempool&) = delete;
    Mempool& operator=(const Mempool&) = delete;

    void add_listener(Listener& listener);
    void remove_listener(Listener& listener);

    /// Checks `tx` as a node checks what it relays, and adds it.
    [[nodiscard]] AcceptResult accept(const TransactionRef& tx, const AcceptOptions& options);

    /// Tells what `accept` would say of several transactions, parents before children, one after
    /// the other. None may replace anything. Changes nothing.
    [[nodiscard]] PackageResult test_package(std::span<const TransactionRef> package,
                                             BlockTime now);

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
    /// Ids of all transactions above (below) `txid`, itself excluded.
    [[nodiscard]] std::vector<Txid> ancestors(const Txid& txid) const;
    [[nodiscard]] std::vector<Txid> descendants(const Txid& txid) const;
    /// All transactions: parents before children, then by fee rate.
    [[nodiscard]] std::vector<TransactionRef> transactions() const;
    [[nodiscard]] Info info(BlockTime now) const;
    /// What a transaction must at least pay because the pool was full; 0 while there is room.
    [[nodiscard]] FeeRate min_fee(BlockTime now) const;
    /// Counts changes: each addition, and each removal not caused by a block.
    [[nodiscard]] std::uint64_t sequence() const;
    [[nodiscard]] const Limits& limits() const;

    /// The best-paying transactions that fit, whole packages of ancestors at a time, parents before
    /// children.
    [[nodiscard]] std::vector<Selected> select_for_block(const BlockSpace& space) const;

    // Following the chain. During a reorganisation: block_disconnected for each block from the old
    // tip down, block_connected for each new one, then reorganised. A plain new tip needs
    // block_connected alone. The CoinView already shows the chain after the block.
    void block_connected(const Block& block, BlockTime now);
    void block_disconnected(const Block& block);
    /// Takes back what the disconnected blocks held, drops what the new chain does not allow.
    void reorganised(BlockTime now);

    /// Removes what is older than the limit allows. Returns how many.
    std::size_t expire(BlockTime now);
    /// Removes `txid` and all that depends on it.
    void remove(const Txid& txid, RemovalReason reason);

    /// Adds `delta` to what `txid` counts as paying, now or when it comes. Zero sums are forgotten.
    void prioritise(const Txid& txid, Amount delta);
    /// All deltas, of transactions here or not.
    [[nodiscard]] const std::map<Txid, Amount>& deltas() const;

    /// Transactions of our own that no peer has asked for yet.
    void add_unbroadcast(const Txid& txid);
    void remove_unbroadcast(const Txid& txid);
    [[nodiscard]] const std::set<Txid>& unbroadcast() const;

    /// What to write to mempool.dat. To load: accept each transaction with its time as `entered`
    /// after its delta, then the deltas, then the unbroadcast set.
    [[nodiscard]] SavedMempool saved() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// mempool.dat in Bitcoin Core's format: version 2, its contents XORed with `key`.
[[nodiscard]] Bytes encode_saved(const SavedMempool& saved,
                                 const std::array<std::uint8_t, 8>& key = {});
/// Reads versions 1 (no key) and 2. A file that ends in the middle is DecodeError::truncated.
[[nodiscard]] Result<SavedMempool, DecodeError> decode_saved(ByteSpan bytes);

}  // namespace daler::mempool
