#pragma once

#include <daler/mempool/mempool.h>
#include <daler/primitives/packed_transaction.h>
#include <daler/primitives/salted_hasher.h>

#include <boost/container/flat_set.hpp>
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

class Entry;

struct ByTxid {
    bool operator()(const Entry* a, const Entry* b) const;
};
using EntrySet = boost::container::flat_set<const Entry*, ByTxid>;
/// The same without order, for large sets.
using EntryHashSet = boost::unordered_flat_set<const Entry*>;

/// What admission finds out about a transaction. The order of the fields keeps it small.
struct EntryFacts {
    Amount fee;
    Amount modified_fee;
    std::int64_t vsize = 0;
    BlockTime time{};     ///< chain time
    BlockTime entered{};  ///< the same moment by the clock of timers
    std::uint64_t sequence = 0;
    Height height = 0;
    std::int32_t sigop_cost = 0;
    bool spends_coinbase = false;
    // No index is sorted by these.
    mutable bool is_counted = false;      ///< by the fee estimator
    mutable bool is_unbroadcast = false;  ///< no peer has requested it yet

    [[nodiscard]] Totals own() const { return {1, vsize, modified_fee, sigop_cost}; }
};

/// A transaction that may enter the pool.
struct Candidate : EntryFacts {
    TransactionRef tx;
};

/// One transaction in the pool. Most have no relatives there, so what relatives need is outside the
/// entry, and the transaction is packed: Pool::transaction returns it.
class Entry : public EntryFacts {
public:
    explicit Entry(const Candidate& candidate);

    [[nodiscard]] const Txid& txid() const { return packed_.txid(); }
    [[nodiscard]] Wtxid wtxid() const { return packed_.wtxid(); }
    [[nodiscard]] std::int64_t weight() const { return packed_.weight(); }
    [[nodiscard]] std::uint32_t version() const { return packed_.version(); }
    [[nodiscard]] const PackedTransaction& packed() const { return packed_; }
    /// As policy::signals_replacement of the transaction.
    [[nodiscard]] bool signals_replacement() const { return signals_replacement_; }

    /// The entry's relatives, and the sums over it and them.
    [[nodiscard]] const EntrySet& parents() const { return family_ ? family_->parents : nobody(); }
    [[nodiscard]] const EntrySet& children() const {
        return family_ ? family_->children : nobody();
    }
    [[nodiscard]] Totals ancestors() const { return family_ ? family_->ancestors : own(); }
    [[nodiscard]] Totals descendants() const { return family_ ? family_->descendants : own(); }

    /// Bytes of memory, those of the indexes of the pool included.
    [[nodiscard]] std::size_t usage() const { return usage_; }

private:
    friend class Pool;

    struct Family {
        Totals ancestors, descendants;
        EntrySet parents, children;
    };
    static const EntrySet& nobody();

    bool signals_replacement_;
    mutable std::uint32_t usage_;
    mutable std::unique_ptr<Family> family_;  ///< no index is sorted by the sets in it
    PackedTransaction packed_;
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

/// Hash and equality of entries by an id of theirs, for tables of pointers.
template <class Id, auto id_of>
struct ById {
    using is_transparent = void;
    using is_avalanching = void;  ///< of the hash: its bits are spread already

    struct Equal {
        using is_transparent = void;
        bool operator()(const Entry* a, const Entry* b) const { return a == b; }
        bool operator()(const Id& id, const Entry* entry) const { return (entry->*id_of)() == id; }
        bool operator()(const Entry* entry, const Id& id) const { return (entry->*id_of)() == id; }
    };
    std::size_t operator()(const Id& id) const { return hasher(id); }
    std::size_t operator()(const Entry* entry) const { return hasher((entry->*id_of)()); }

    SaltedHasher hasher;
};
template <class Id, auto id_of>
using EntriesById =
    boost::unordered_flat_set<const Entry*, ById<Id, id_of>, typename ById<Id, id_of>::Equal>;

/// Which entry spends a coin: hash and equality by the coin, which is read from the bytes of the
/// transaction.
struct Spender {
    const Entry* entry;
    std::uint32_t position;  ///< of the prevout, for PackedTransaction::prevout_at

    [[nodiscard]] OutPoint prevout() const { return entry->packed().prevout_at(position); }
};
struct ByPrevout {
    using is_transparent = void;
    using is_avalanching = void;

    struct Equal {
        using is_transparent = void;
        bool operator()(const Spender& a, const Spender& b) const {
            return a.entry == b.entry && a.position == b.position;
        }
        bool operator()(const OutPoint& a, const Spender& b) const { return a == b.prevout(); }
        bool operator()(const Spender& a, const OutPoint& b) const { return a.prevout() == b; }
    };
    std::size_t operator()(const OutPoint& outpoint) const { return hasher(outpoint); }
    std::size_t operator()(const Spender& spender) const { return hasher(spender.prevout()); }

    SaltedHasher hasher;
};

namespace tags {
struct entered;
struct descendant_score;
struct ancestor_score;
}  // namespace tags

namespace bmi = boost::multi_index;
using Index = bmi::multi_index_container<
    Entry, bmi::indexed_by<
               bmi::ordered_non_unique<bmi::tag<tags::entered>,
                                       bmi::member<EntryFacts, BlockTime, &EntryFacts::entered>>,
               bmi::ordered_non_unique<bmi::tag<tags::descendant_score>, bmi::identity<Entry>,
                                       ByDescendantScore>,
               bmi::ordered_non_unique<bmi::tag<tags::ancestor_score>, bmi::identity<Entry>,
                                       ByAncestorScore>>>;

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
    /// The transaction of an entry. While somebody holds it, this returns the same object.
    [[nodiscard]] TransactionRef transaction(const Entry& entry) const;
    /// The same for callers that ask for all entries: it does not note that somebody holds it.
    [[nodiscard]] TransactionRef transaction_once(const Entry& entry) const;

    [[nodiscard]] std::size_t usage() const { return usage_; }
    [[nodiscard]] std::int64_t vsize() const { return vsize_; }
    [[nodiscard]] Amount total_fee() const { return total_fee_; }

    /// Adds an entry and links it to its parents in the pool. Requires: it is not in the pool. If
    /// its children are in the pool already, call link_children afterwards.
    const Entry& insert(const Candidate& candidate);
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
        return with_ancestors(entry.parents());
    }
    [[nodiscard]] static std::vector<const Entry*> descendants(const Entry& entry) {
        return with_descendants(entry.children());
    }

private:
    template <class Change>
    void modify(const Entry& entry, Change change);
    void sum_ancestors(const Entry& entry);
    void sum_descendants(const Entry& entry);
    /// Makes it if there is none yet.
    Entry::Family& family_of(const Entry& entry);
    void add_to_tables(const Entry& entry);
    void remove_from_tables(const Entry& entry);
    void link(const Entry& entry, const EntrySet& parents);
    void unlink(const Entry& entry);
    void remember(const Entry& entry, const TransactionRef& tx) const;

    Index entries_;
    EntriesById<Txid, &Entry::txid> by_txid_;
    EntriesById<Wtxid, &Entry::wtxid> by_wtxid_;
    boost::unordered_flat_set<Spender, ByPrevout, ByPrevout::Equal> spenders_;
    /// Transactions of entries that somebody may hold.
    mutable boost::unordered_flat_map<const Entry*, std::weak_ptr<const SealedTransaction>>
        unpacked_;
    mutable std::size_t next_tidying_ = 0;
    std::size_t usage_ = 0;
    std::int64_t vsize_ = 0;
    Amount total_fee_;
};

}  // namespace daler::mempool
