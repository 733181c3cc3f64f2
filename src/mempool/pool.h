#pragma once

#include <daler/mempool/mempool.h>
#include <daler/primitives/salted_hasher.h>

#include <boost/container/flat_set.hpp>
#include <boost/multi_index/hashed_index.hpp>
#include <boost/multi_index/identity.hpp>
#include <boost/multi_index/member.hpp>
#include <boost/multi_index/ordered_index.hpp>
#include <boost/multi_index_container.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

namespace daler::mempool {

/// Sums over a transaction and its ancestors (or descendants) in the pool.
struct Totals {
    std::int64_t count = 0;
    std::int64_t vsize = 0;
    Amount fee;  ///< modified
    std::int64_t sigop_cost = 0;

    void add(const Totals& other, int sign = 1) {
        count += sign * other.count;
        vsize += sign * other.vsize;
        fee += other.fee * sign;
        sigop_cost += sign * other.sigop_cost;
    }
};

struct Entry;

struct ByTxid {
    bool operator()(const Entry* a, const Entry* b) const;
};
using EntrySet = boost::container::flat_set<const Entry*, ByTxid>;
/// The same without order, for large sets.
using EntryHashSet = boost::unordered_flat_set<const Entry*>;

/// One transaction, its relatives in the pool and the sums over them.
struct Entry {
    TransactionRef tx;
    Amount fee;
    Amount modified_fee;
    std::int64_t vsize = 0;
    std::int64_t sigop_cost = 0;
    BlockTime time{};     ///< chain time
    BlockTime entered{};  ///< the same moment by the clock of timers
    Height height = 0;
    std::uint64_t sequence = 0;
    bool spends_coinbase = false;
    mutable bool is_counted = false;  ///< by the fee estimator; no index is sorted by it

    // Set by Pool.
    std::size_t usage = 0;  ///< bytes of memory
    Totals ancestors, descendants;
    mutable EntrySet parents, children;  ///< no index is sorted by them

    [[nodiscard]] const Txid& txid() const { return tx->txid; }
    [[nodiscard]] const Wtxid& wtxid() const { return tx->wtxid; }
    [[nodiscard]] Totals own() const { return {1, vsize, modified_fee, sigop_cost}; }
};

/// What the fee estimator counts of an entry.
inline fees::Counted counted(const Entry& entry) {
    return {entry.height, FeeRate::of(entry.fee, entry.vsize)};
}

inline bool ByTxid::operator()(const Entry* a, const Entry* b) const {
    return a->txid() < b->txid();
}

/// A fee over a size, compared exactly. Requires: sizes above zero.
struct Rate {
    Amount fee;
    std::int64_t vsize;

    [[nodiscard]] std::strong_ordering operator<=>(const Rate& other) const;
    [[nodiscard]] bool operator==(const Rate& other) const {
        return (*this <=> other) == std::strong_ordering::equal;
    }
};

/// The fee rate for a miner: that of the transaction, or of it with its ancestors, whichever is
/// lower.
[[nodiscard]] Rate mining_rate(Amount fee, std::int64_t vsize, const Totals& ancestors);

/// The order of eviction: lowest first, by the fee rate of the entry or of it with its descendants,
/// whichever is higher.
struct ByDescendantScore {
    bool operator()(const Entry& a, const Entry& b) const;
};
/// The order of selection for a block: highest mining_rate first.
struct ByAncestorScore {
    bool operator()(const Entry& a, const Entry& b) const;
};

struct TxidOf {
    using result_type = Txid;
    const Txid& operator()(const Entry& entry) const { return entry.txid(); }
};
struct WtxidOf {
    using result_type = Wtxid;
    const Wtxid& operator()(const Entry& entry) const { return entry.wtxid(); }
};

namespace tags {
struct txid;
struct wtxid;
struct entered;
struct descendant_score;
struct ancestor_score;
}  // namespace tags

namespace bmi = boost::multi_index;
using Index = bmi::multi_index_container<
    Entry, bmi::indexed_by<bmi::hashed_unique<bmi::tag<tags::txid>, TxidOf, SaltedHasher>,
                           bmi::hashed_unique<bmi::tag<tags::wtxid>, WtxidOf, SaltedHasher>,
                           bmi::ordered_non_unique<bmi::tag<tags::entered>,
                                                   bmi::member<Entry, BlockTime, &Entry::entered>>,
                           bmi::ordered_non_unique<bmi::tag<tags::descendant_score>,
                                                   bmi::identity<Entry>, ByDescendantScore>,
                           bmi::ordered_non_unique<bmi::tag<tags::ancestor_score>,
                                                   bmi::identity<Entry>, ByAncestorScore>>>;

/// Bytes that a transaction occupies in memory.
[[nodiscard]] std::size_t usage_of(const SealedTransaction& tx);

/// The graph of unconfirmed transactions: which one spends which output, and the sums over
/// ancestors and descendants. Does not check rules. Pointers to entries stay valid until the entry
/// is removed.
class Pool {
public:
    [[nodiscard]] const Index& entries() const { return entries_; }
    [[nodiscard]] const Entry* find(const Txid& txid) const;
    [[nodiscard]] const Entry* find(const Wtxid& wtxid) const;
    [[nodiscard]] const Entry* spender(const OutPoint& outpoint) const;

    [[nodiscard]] std::size_t usage() const { return usage_; }
    [[nodiscard]] std::int64_t vsize() const { return vsize_; }
    [[nodiscard]] Amount total_fee() const { return total_fee_; }

    /// Adds an entry and links it to its parents in the pool. Requires: it is not in the pool. If
    /// its children are in the pool already, call link_children afterwards.
    const Entry& insert(Entry entry);
    /// Links entries to children that were added before them.
    void link_children(const std::vector<const Entry*>& entries);
    /// Removes `entry` and subtracts it from the sums of its ancestors and descendants.
    void erase(const Entry& entry);
    /// Changes the modified fee of an entry.
    void set_modified_fee(const Entry& entry, Amount fee);

    /// Entries whose outputs `tx` spends. `tx` need not be in the pool.
    [[nodiscard]] EntrySet parents_of(const Transaction& tx) const;
    /// Entries that spend outputs of `tx`. `tx` need not be in the pool.
    [[nodiscard]] EntrySet children_of(const SealedTransaction& tx) const;

    /// These entries and their ancestors, each once.
    [[nodiscard]] static std::vector<const Entry*> with_ancestors(const EntrySet& from);
    /// These entries and their descendants, each once, in no particular order.
    [[nodiscard]] static std::vector<const Entry*> with_descendants(const EntrySet& from);
    [[nodiscard]] static std::vector<const Entry*> ancestors(const Entry& entry) {
        return with_ancestors(entry.parents);
    }
    [[nodiscard]] static std::vector<const Entry*> descendants(const Entry& entry) {
        return with_descendants(entry.children);
    }

private:
    template <class Change>
    void modify(const Entry& entry, Change change);
    void sum_ancestors(const Entry& entry);
    void sum_descendants(const Entry& entry);

    Index entries_;
    boost::unordered_flat_map<OutPoint, const Entry*, SaltedHasher> spenders_;
    std::size_t usage_ = 0;
    std::int64_t vsize_ = 0;
    Amount total_fee_;
};

}  // namespace daler::mempool
