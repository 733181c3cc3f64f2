#pragma once

#include <daler/consensus/check_transaction.h>
#include <daler/policy/policy.h>
#include <daler/primitives/transaction.h>
#include <daler/script/interpreter.h>
#include <daler/util/clock.h>
#include <daler/util/thread_pool.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace daler::mempool {

/// What the mempool asks of the chain; the ledger implements it over Chainstate.
class ChainContext {
public:
    virtual ~ChainContext() = default;
    /// The coin that the tip leaves unspent at `outpoint`.
    [[nodiscard]] virtual std::optional<consensus::Coin> coin(const OutPoint& outpoint) = 0;
    /// As above, for "is this transaction confirmed already?": may miss old coins, so that it need
    /// not read from disk.
    [[nodiscard]] virtual bool has_recent_coin(const OutPoint& outpoint) {
        return coin(outpoint).has_value();
    }
    [[nodiscard]] virtual Height tip_height() const = 0;
    [[nodiscard]] virtual BlockTime median_time_past(
        Height height) const = 0;  ///< of the active chain's block
    [[nodiscard]] virtual const ChainParams& params() const = 0;
};

/// How long unconfirmed chains may get, counting the transaction itself, and how much is kept.
struct MempoolOptions {
    policy::PolicyOptions policy;
    std::size_t max_bytes = 300'000'000;  ///< memory (-maxmempool)
    std::chrono::hours expiry{336};
    std::size_t ancestor_count = 25;
    std::size_t ancestor_vsize = 101'000;
    std::size_t descendant_count = 25;
    std::size_t descendant_vsize = 101'000;
    bool full_rbf = true;  ///< replace also what does not signal BIP 125
};

struct AcceptOptions {
    bool test_only = false;      ///< nothing is added
    bool bypass_limits = false;  ///< from a disconnected block: fees and sizes do not matter
    std::optional<FeeRate> max_fee_rate;  ///< refuse what pays more (sendrawtransaction)
    std::optional<BlockTime> time;        ///< entry time when it comes from mempool.dat
    bool allow_replacement = true;
};

/// What a transaction that fits has to say for itself.
struct Accepted {
    Amount base_fee;
    Amount modified_fee;     ///< with the delta of `prioritise`
    std::int64_t vsize = 0;  ///< adjusted by sigops
    std::vector<TransactionRef> replaced;
};

/// Why not; for Reason::inputs_missing_or_spent, whose outputs are unknown to chain and mempool.
struct Refused {
    consensus::Rejection rejection;
    std::vector<Txid> missing_parents;
    /// Only the witness is missing: remember the wtxid as bad, never the txid.
    bool witness_stripped = false;
};

using AcceptResult = Result<Accepted, Refused>;

enum class RemovalReason : std::uint8_t {
    expiry,
    size_limit,
    reorganisation,
    block,
    conflict,
    replaced
};

/// "expiry", "sizelimit", "reorg", "block", "conflict", "replaced".
[[nodiscard]] std::string_view name(RemovalReason reason);

/// Hears of every change, on the ledger thread.
class Listener {
public:
    virtual ~Listener() = default;
    virtual void transaction_added(const TransactionRef& tx) = 0;
    virtual void transaction_removed(const TransactionRef& tx, RemovalReason reason) = 0;
};

/// What getmempoolentry shows. Sizes are sigop-adjusted virtual bytes; the modified fee includes
/// prioritisation.
struct EntryInfo {
    TransactionRef tx;
    std::int64_t vsize = 0;
    Amount fee;
    Amount modified_fee;
    BlockTime time{};
    Height height = 0;  ///< of the tip when it came
    std::size_t descendant_count = 1;
    std::int64_t descendant_vsize = 0;
    Amount descendant_fees;
    std::size_t ancestor_count = 1;
    std::int64_t ancestor_vsize = 0;
    Amount ancestor_fees;
    std::vector<Txid> depends;
    std::vector<Txid> spent_by;
    std::int64_t sigop_cost = 0;
    std::uint64_t sequence = 0;  ///< of the mempool when it came
    bool replaceable = false;    ///< it or an ancestor signals BIP 125
    bool unbroadcast = false;
};

struct MempoolInfo {
    std::size_t count = 0;
    std::int64_t vsize = 0;
    std::size_t usage = 0;  ///< bytes of memory
    Amount total_fee;
    std::size_t max_bytes = 0;
    FeeRate min_fee_rate;  ///< what a transaction must pay now
    FeeRate min_relay_fee_rate;
    FeeRate incremental_fee_rate;
    std::size_t unbroadcast = 0;
    bool full_rbf = true;
};

/// A transaction chosen for a block.
struct Selected {
    TransactionRef tx;
    Amount fee;
    std::int64_t sigop_cost = 0;
};

struct SelectLimits {
    std::int64_t max_weight;  ///< for all transactions together
    std::int64_t max_sigop_cost;
    FeeRate min_fee_rate;
    Height height;              ///< of the block
    BlockTime lock_time_clock;  ///< median time past of its parent
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

/// The unconfirmed transactions. Ledger thread only.
class Mempool {
public:
    Mempool(MempoolOptions options, ChainContext& chain, const Clock& clock, ThreadPool& workers,
            script::SignatureCache* cache);
    ~Mempool();
    Mempool(const Mempool&) = delete;
    Mempool& operator=(const Mempool&) = delete;

    void add_listener(Listener& listener);

    /// Checks `tx` by policy, consensus and the limits, and adds it.
    [[nodiscard]] AcceptResult accept(const TransactionRef& tx, const AcceptOptions& options = {});

    /// Drops what the block confirms and what conflicts with it. After the chain has connected it.
    void block_connected(const Block& block, Height height);
    /// Takes the transactions of a disconnected block into the pool of a reorganisation under way
    /// (20 MB).
    void block_disconnected(const Block& block);
    /// After a change of tip: puts back what a reorganisation left over, drops what is no longer
    /// final or mature, expires, trims.
    void tip_changed();

    [[nodiscard]] TransactionRef find(const Txid& txid) const;
    [[nodiscard]] TransactionRef find(const Wtxid& wtxid) const;
    [[nodiscard]] bool contains(const Txid& txid) const { return find(txid) != nullptr; }
    /// The transaction that spends `outpoint`, if any.
    [[nodiscard]] TransactionRef spender(const OutPoint& outpoint) const;
    /// The output at `outpoint` as a coin, from a mempool transaction only.
    [[nodiscard]] std::optional<consensus::Coin> unconfirmed_coin(const OutPoint& outpoint) const;

    [[nodiscard]] MempoolInfo info() const;
    /// What a transaction must pay now because the pool was full; 0 while there is room.
    [[nodiscard]] FeeRate min_fee_rate() const;
    [[nodiscard]] std::optional<EntryInfo> entry(const Txid& txid) const;
    [[nodiscard]] std::vector<Txid> ancestors(const Txid& txid) const;
    [[nodiscard]] std::vector<Txid> descendants(const Txid& txid) const;
    /// Parents before children.
    [[nodiscard]] std::vector<TransactionRef> all() const;
    /// Grows with every addition, and every removal that no block caused ("mempool_sequence").
    [[nodiscard]] std::uint64_t sequence() const;

    /// Transactions for a block, best ancestor fee rate first, whole packages of ancestors at a
    /// time, parents before children.
    [[nodiscard]] std::vector<Selected> select_for_block(const SelectLimits& limits) const;

    /// Removes `txid` and all that depends on it.
    void remove(const Txid& txid, RemovalReason reason);
    /// Removes what has been here longer than the options allow. Returns how many.
    std::size_t expire();

    /// Adds `delta` to what `txid` counts as paying, now or when it comes. A sum of zero is
    /// forgotten.
    void prioritise(const Txid& txid, Amount delta);
    [[nodiscard]] std::vector<std::pair<Txid, Amount>> prioritised() const;

    /// Locally submitted transactions that no peer has asked for yet.
    void add_unbroadcast(const Txid& txid);
    void remove_unbroadcast(const Txid& txid);
    [[nodiscard]] std::vector<TransactionRef> unbroadcast() const;

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
