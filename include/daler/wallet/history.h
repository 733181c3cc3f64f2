#pragma once

#include <daler/chain/block_index.h>
#include <daler/wallet/key_book.h>

#include <set>
#include <unordered_map>

namespace daler::wallet {

/// Where a transaction of the wallet is.
enum class TxStatus : std::uint8_t {
    confirmed,   ///< in a block of the active chain
    in_mempool,  ///< waiting to be mined
    inactive,    ///< neither, though it may still get there
    conflicted,  ///< impossible while a block stands that spends the same coin
};

/// A transaction that pays to or spends from the wallet.
struct TxRecord {
    TransactionRef tx;
    TxStatus status = TxStatus::inactive;
    bool abandoned = false;      ///< the user gave it up, or it is `orphaned`
    bool orphaned = false;       ///< a coinbase whose block left the chain, or spends from one
    BlockHash block{};           ///< that holds it, or that made it impossible
    Height height = 0;           ///< of `block`
    std::uint32_t position = 0;  ///< in the block that holds it
    std::int64_t received = 0;   ///< unix seconds: when the wallet first saw it
    std::int64_t time = 0;       ///< what to show: between block time and `received`
    std::uint64_t order = 0;     ///< place in the wallet's list of transactions
    std::string comment{};
    std::string comment_to{};
    std::set<Txid> mempool_conflicts{};  ///< transactions of the mempool that spend the same coins
};

/// An output of the wallet that can be spent, or will be.
struct OwnedCoin {
    OutPoint outpoint;
    TxOutput output;
    KeyBook::Place place;
    Height depth = 0;       ///< blocks from its own to the tip; 0: unconfirmed
    bool safe = true;       ///< confirmed, or change of our own
    bool from_me = false;   ///< its transaction spends coins of ours
    bool reused = false;    ///< its script was spent from before
    bool spendable = true;  ///< the wallet can sign for it, or only watches
};

/// The `mine` object of getbalances.
struct Balances {
    Amount trusted;   ///< confirmed, or change of our own payments
    Amount pending;   ///< others' unconfirmed payments to us
    Amount immature;  ///< coinbases that are too young
};

/// The wallet's transactions and what follows from them: coins, balances, conflicts. Keeps all in
/// memory; `take_changed` tells what is to be written. What is "mine" is asked of the key book.
class History {
public:
    /// `trust_change`: change of our own payments counts before it is confirmed.
    History(KeyBook& keys, Height coinbase_maturity, bool trust_change)
        : keys_(keys), coinbase_maturity_(coinbase_maturity), trust_change_(trust_change) {}

    using Records = std::unordered_map<Txid, TxRecord, PlainHasher>;
    [[nodiscard]] const Records& records() const { return records_; }
    [[nodiscard]] const TxRecord* find(const Txid& txid) const;
    /// Oldest first.
    [[nodiscard]] const std::map<std::uint64_t, Txid>& by_order() const { return by_order_; }

    /// The height of the block up to which the wallet has seen everything.
    [[nodiscard]] Height tip_height() const { return tip_height_; }
    void set_tip_height(Height height) { tip_height_ = height; }

    // News. `now` in unix seconds.

    /// Takes a record as the store has it.
    void restore(TxRecord record);
    /// A transaction of the block at the new tip. `scanning`: the block is an old one.
    void confirm(const TransactionRef& tx, const chain::BlockEntry& block, std::uint32_t position,
                 std::int64_t now, bool scanning);
    /// Blocks above `height` are gone.
    void rewind(Height height);
    void mempool_added(const TransactionRef& tx, std::int64_t now);
    void mempool_removed(const TransactionRef& tx);
    /// Nothing is in the mempool, as far as is known.
    void mempool_lost();
    /// A payment of our own, before anybody else hears of it.
    TxRecord& add_own(const TransactionRef& tx, std::int64_t now);
    /// Frees the coins that an unconfirmed transaction and its descendants spend. False if it is
    /// confirmed or in the mempool.
    bool abandon(const Txid& txid);

    /// Looks at every record again: something became ours.
    void keys_changed() { mark_all_used(); }
    /// Learns anew which scripts were spent from.
    void refresh_reused();
    /// Abandons what spends from a coinbase whose block left the chain. `rewind` does so itself.
    void abandon_orphans();
    /// Transactions that reorganisations turned into unconfirmed ones since the last call: they
    /// were in a block, or conflicted with one, or a coinbase that they spend from has returned.
    [[nodiscard]] std::vector<Txid> take_displaced() { return std::exchange(displaced_, {}); }

    // Questions.

    [[nodiscard]] const KeyBook::Place* owner(const TxOutput& output) const {
        return keys_.find(output.script_pubkey);
    }
    /// Whether an output is ours and we can sign for it. A wallet that only watches counts all.
    [[nodiscard]] bool is_spendable(const TxOutput& output) const {
        const auto* place = owner(output);
        return place && keys_.records()[place->record].is_spendable;
    }
    /// The output that `input` spends, if it is one of ours.
    [[nodiscard]] const TxOutput* owned_prevout(const TxInput& input) const;
    /// What a transaction takes from and gives to us.
    [[nodiscard]] Amount debit(const Transaction& tx) const;
    [[nodiscard]] Amount credit(const Transaction& tx) const;
    [[nodiscard]] bool is_from_me(const Transaction& tx) const { return debit(tx) > Amount{0}; }

    /// Blocks on top including its own; 0: unconfirmed; negative: so deep is a conflicting one.
    [[nodiscard]] Height depth(const TxRecord& record) const;
    /// Blocks until a coinbase may be spent; 0 for everything else.
    [[nodiscard]] Height blocks_to_maturity(const TxRecord& record) const;
    [[nodiscard]] bool is_trusted(const TxRecord& record) const;
    [[nodiscard]] bool is_spent(const OutPoint& outpoint) const;
    /// Other transactions of the wallet that spend a coin which this one spends.
    [[nodiscard]] std::set<Txid> conflicts(const TxRecord& record) const;
    /// A script of which a coin was spent.
    [[nodiscard]] bool is_reused(const Script& script) const;

    /// Counts trusted money from `min_depth` on; leaves reused scripts out if asked to.
    [[nodiscard]] Balances balances(Height min_depth = 0, bool avoid_reuse = false) const;
    /// Unspent outputs of transactions that are confirmed or in the mempool, mature or all.
    enum class Immature : bool { exclude, include };
    [[nodiscard]] std::vector<OwnedCoin> coins(Immature immature = Immature::exclude) const;

    /// Records that changed since the last call.
    [[nodiscard]] std::set<Txid> take_changed() { return std::exchange(changed_, {}); }
    [[nodiscard]] bool has_changes() const { return !changed_.empty(); }
    void put_back_changed(std::set<Txid> changed) { changed_.merge(changed); }
    [[nodiscard]] std::uint64_t next_order() const { return next_order_; }
    /// Places of the key book that transactions showed to be used since the last call, with all
    /// unused ones before them.
    [[nodiscard]] std::vector<KeyBook::Place> take_used() { return std::exchange(used_, {}); }

private:
    [[nodiscard]] bool concerns_us(const Transaction& tx) const;
    TxRecord& add(const TransactionRef& tx, std::int64_t now, std::int64_t block_time,
                  bool scanning);
    [[nodiscard]] std::int64_t display_time(std::int64_t now, std::int64_t block_time,
                                            bool scanning) const;
    void index(const TxRecord& record);
    void mark_used(const Transaction& tx);
    void mark_all_used();
    void changed(const TxRecord& record) { changed_.insert(record.tx->txid); }
    /// Calls `visit` for the record and all that descend from it; it returns false to stop there.
    template <class Visit>
    void for_descendants(const Txid& txid, Visit visit);
    [[nodiscard]] bool spends_orphan(const Transaction& tx) const;
    void abandon_orphan(const Txid& txid);
    void revive(const Txid& coinbase);
    void mark_conflicts(const Transaction& tx, const Txid& txid, const chain::BlockEntry& block);
    bool is_trusted(const TxRecord& record, std::set<Txid>& known_good) const;

    KeyBook& keys_;
    const Height coinbase_maturity_;
    const bool trust_change_;
    Height tip_height_ = 0;
    Records records_;
    std::map<std::uint64_t, Txid> by_order_;
    std::multimap<OutPoint, Txid> spends_;
    std::set<Script> reused_;
    std::uint64_t next_order_ = 0;
    std::set<Txid> changed_;
    std::vector<KeyBook::Place> used_;
    std::vector<Txid> displaced_;
};

}  // namespace daler::wallet
