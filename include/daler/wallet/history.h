#pragma once

#include <daler/chain/block_index.h>
#include <daler/wallet/coin_index.h>
#include <daler/wallet/tx_table.h>

#include <functional>
#include <map>
#include <set>
#include <unordered_set>

namespace daler::wallet {

/// An unspent output of the wallet. It may not be spendable yet.
struct OwnedCoin {
    OutPoint outpoint;
    TxOutput output;
    KeyBook::Place place;
    Height depth = 0;       ///< number of confirmations; 0: unconfirmed
    bool safe = true;       ///< confirmed, or change of our own
    bool from_me = false;   ///< its transaction spends coins of ours
    bool reused = false;    ///< a coin of the same script was spent before
    bool spendable = true;  ///< the wallet can sign for it, or is watch-only
    Height matures_in = 0;  ///< blocks until it may be spent; 0: it may be now
};

/// The `mine` object of getbalances.
struct Balances {
    Amount trusted;   ///< confirmed, or change of our own payments
    Amount pending;   ///< others' unconfirmed payments to us
    Amount immature;  ///< coinbases that are not mature
};

/// The wallet's transactions, and the coins, balances and conflicts that follow from them. What
/// these depend on is in memory, the rest in the file (decision 95); `take_changed` gives the
/// records to write. The key book decides which outputs are ours. Coins and balances come from an
/// index, which a query brings up to date first (decision 89).
class History {
public:
    /// Reads a transaction that is in the file. May throw StorageError.
    using Source = std::function<TransactionRef(const TxRecord&)>;
    /// `trust_change`: change of our own payments counts as trusted before it is confirmed.
    History(KeyBook& keys, Source source, Height coinbase_maturity, bool trust_change)
        : keys_(keys),
          source_(std::move(source)),
          coinbase_maturity_(coinbase_maturity),
          trust_change_(trust_change) {}

    /// Oldest first.
    [[nodiscard]] const std::deque<TxRecord>& records() const { return table_.records(); }
    [[nodiscard]] const TxRecord* find(const Txid& txid) const { return table_.find(txid); }
    /// A whole transaction. Takes some 10 us if it is read from the file. Throws StorageError.
    [[nodiscard]] TransactionRef transaction(const TxRecord& record) const;
    /// The same if the file lacks it; else null.
    [[nodiscard]] TransactionRef unwritten(const TxRecord& record) const;
    /// To be called when the file has these transactions.
    void forget_unwritten(const std::set<Txid>& written);

    /// The height of the last block that the wallet has processed.
    [[nodiscard]] Height tip_height() const { return tip_height_; }
    void set_tip_height(Height height) { tip_height_ = height; }

    // Updates. `now` in unix seconds.

    /// Adds a record that was read from the file, with its transaction.
    void restore(TxRecord record, const TransactionView& tx);
    /// Adds a transaction of a block. `scanning`: the block is not the new tip but is read later.
    void confirm(const TransactionRef& tx, const chain::BlockEntry& block, std::uint32_t position,
                 std::int64_t now, bool scanning);
    /// Undoes the blocks above `height`, which were disconnected.
    void rewind(Height height);
    void mempool_added(const TransactionRef& tx, std::int64_t now);
    void mempool_removed(const TransactionRef& tx);
    /// Marks all transactions as not in the mempool.
    void mempool_lost();
    /// Adds a payment of our own before it is broadcast. The caller may set its notes.
    TxRecord& add_own(const TransactionRef& tx, std::int64_t now);
    /// Notes that one of the wallet's transactions replaces another. Requires: both are there.
    void link_replacement(const Txid& replaced, const Txid& replacement);
    /// The transaction was not replaced after all.
    void unlink_replacement(const Txid& replaced);
    /// Frees the coins that an unconfirmed transaction and its descendants spend. False if it is
    /// confirmed or in the mempool.
    bool abandon(const Txid& txid);
    /// Forgets a transaction. False if there is none.
    bool remove(const Txid& txid);

    /// Examines the records again. To be called when descriptors were added to the key book.
    void keys_changed();
    /// To be called instead if only outputs that are ours may have become more.
    void owners_changed() { index_is_stale_ = true; }
    /// Abandons transactions that spend from a coinbase whose block left the chain. `rewind` calls
    /// it.
    void abandon_orphans();
    /// Transactions that reorganisations made unconfirmed since the last call: they were in a
    /// block, or conflicted with one, or a coinbase that they spend from is in the chain again.
    [[nodiscard]] std::vector<Txid> take_displaced() { return std::exchange(displaced_, {}); }

    /// Transactions that came or have a new place since the last call, in the order of these
    /// changes. One may be there several times.
    [[nodiscard]] std::vector<Txid> take_moved() { return std::exchange(moved_, {}); }

    // Queries.

    /// Whether a transaction is neither confirmed nor ruled out by a block.
    [[nodiscard]] bool has_unsettled() const;
    /// Whether `confirm` of this transaction might change anything: it pays to us, or it spends
    /// from one of our transactions, or what one of them spends.
    [[nodiscard]] bool may_concern(const TransactionView& tx) const;

    [[nodiscard]] const KeyBook::Place* owner(const TxOutput& output) const {
        return keys_.find(output.script_pubkey);
    }
    [[nodiscard]] const KeyBook::Place* owner(const TxBody::Output& output) const {
        return keys_.find(output.script_pubkey);
    }
    /// Whether an output is ours and we can sign for it. An output of a watch-only descriptor
    /// counts.
    [[nodiscard]] bool is_spendable(const TxOutput& output) const {
        const auto* place = owner(output);
        return place && keys_.records()[place->record].is_spendable;
    }
    /// An output of a transaction of the wallet; nothing if there is none.
    [[nodiscard]] std::optional<TxOutput> output(const OutPoint& outpoint) const;
    /// The output that `input` spends, if it is one of ours.
    [[nodiscard]] std::optional<TxOutput> owned_prevout(const TxInput& input) const;
    /// The sums of our coins that a transaction spends (debit) and of its outputs to us (credit).
    [[nodiscard]] Amount debit(const Transaction& tx) const;
    [[nodiscard]] Amount debit(const TxBody& tx) const;
    [[nodiscard]] Amount credit(const Transaction& tx) const;
    [[nodiscard]] bool is_from_me(const TxBody& tx) const { return debit(tx) > Amount{0}; }

    /// Number of confirmations; 0: unconfirmed; negative: confirmations of the conflicting block.
    [[nodiscard]] Height depth(const TxRecord& record) const;
    /// Blocks until a coinbase may be spent; 0 for other transactions.
    [[nodiscard]] Height blocks_to_maturity(const TxRecord& record) const;
    [[nodiscard]] bool is_trusted(const TxRecord& record) const;
    [[nodiscard]] bool is_spent(const OutPoint& outpoint) const;
    /// Whether a transaction of the wallet spends outputs of this one, even an abandoned one.
    [[nodiscard]] bool has_children(const TxRecord& record) const;
    /// Other transactions of the wallet that spend a coin which this one spends.
    [[nodiscard]] std::set<Txid> conflicts(const TxRecord& record) const;
    /// Whether a coin of this script was spent.
    [[nodiscard]] bool is_reused(const Script& script) const { return is_reused(script.bytes()); }
    [[nodiscard]] bool is_reused(ByteSpan script) const;

    /// `trusted` counts coins with at least `min_depth` confirmations. `avoid_reuse` leaves out
    /// coins of reused scripts, which takes time for each coin.
    [[nodiscard]] Balances balances(Height min_depth = 0, bool avoid_reuse = false) const;
    /// Unspent outputs of transactions that are confirmed or in the mempool, oldest first.
    enum class Immature : bool { exclude, include };
    [[nodiscard]] std::vector<OwnedCoin> coins(Immature immature = Immature::exclude) const;

    /// The coins as the records are now: for those who look at many and copy few. Good until the
    /// next update.
    [[nodiscard]] const CoinIndex& index() const;
    /// Confirmations of a coin.
    [[nodiscard]] Height depth(const CoinIndex::Coin& coin) const {
        return coin.height ? tip_height_ - *coin.height + 1 : 0;
    }
    /// As blocks_to_maturity of its transaction.
    [[nodiscard]] Height matures_in(const CoinIndex::Coin& coin) const {
        return coin.is_coinbase ? std::max(0, coinbase_maturity_ + 1 - depth(coin)) : 0;
    }
    /// Whether a coin is confirmed, or change of our own that no other payment replaces.
    /// `known_good` remembers transactions between calls.
    [[nodiscard]] bool is_safe(const CoinIndex::Coin& coin, std::set<Txid>& known_good) const;

    /// Records that changed since the last call.
    [[nodiscard]] std::set<Txid> take_changed() { return std::exchange(changed_, {}); }
    [[nodiscard]] bool has_changes() const { return !changed_.empty() || !removed_.empty(); }
    /// The places in the list of those that were removed since the last call.
    [[nodiscard]] std::set<std::uint64_t> take_removed() { return std::exchange(removed_, {}); }
    void put_back_removed(std::set<std::uint64_t> removed) { removed_.merge(removed); }
    void put_back_changed(std::set<Txid> changed) { changed_.merge(changed); }
    [[nodiscard]] std::uint64_t next_order() const { return next_order_; }
    /// Places of the key book that transactions used since the last call, with the unused ones
    /// before them.
    [[nodiscard]] std::vector<KeyBook::Place> take_used() { return std::exchange(used_, {}); }

private:
    [[nodiscard]] bool concerns_us(const Transaction& tx) const;
    TxRecord& add(const TransactionRef& tx, std::int64_t now, std::int64_t block_time,
                  bool scanning);
    [[nodiscard]] TxRecord& at(const Txid& txid);
    /// An output of ours.
    [[nodiscard]] std::optional<TxBody::Output> owned(const OutPoint& outpoint) const;
    [[nodiscard]] std::optional<TxBody::Output> known(const OutPoint& outpoint) const;
    void note_reused(ByteSpan script) const;
    [[nodiscard]] std::int64_t display_time(std::int64_t now, std::int64_t block_time,
                                            bool scanning) const;
    void link(const TxRecord& record);
    void mark_used(const TxBody& tx);
    void make_index() const;
    /// To be called for each record that is new or whose state has changed.
    void changed(const TxRecord& record) {
        changed_.insert(record.txid);
        touch(record);
    }
    /// As `changed`, if the file does not have what changed.
    void touch(const TxRecord& record) { touched_.insert(&record); }
    void reconsider_outputs(const TxRecord& record) const;
    void reconsider(const TxRecord& record, std::uint32_t number, const TxBody::Output& output,
                    std::optional<bool>& from_me) const;
    [[nodiscard]] OwnedCoin owned_coin(const CoinIndex::Key& key, const CoinIndex::Coin& coin,
                                       std::set<Txid>& known_good) const;
    /// Calls `visit` for the record and its descendants. If it returns false, the descendants of
    /// that record are left out.
    template <class Visit>
    void for_descendants(TxRecord& first, Visit visit);
    /// The transactions of the wallet that spend outputs of this one.
    [[nodiscard]] std::vector<TxRecord*> children(const TxRecord& record);
    /// Calls `change` for the transactions of the wallet that spend a coin which `tx` spends.
    template <class Change>
    void for_rivals(const SealedTransaction& tx, Change change);
    [[nodiscard]] bool spends_orphan(const TxBody& tx) const;
    void abandon_orphan(TxRecord& record);
    void restore_spends(TxRecord& coinbase);
    void mark_conflicts(const SealedTransaction& tx, const chain::BlockEntry& block);
    bool is_trusted(const TxRecord& record, std::set<Txid>& known_good) const;

    KeyBook& keys_;
    const Source source_;
    const Height coinbase_maturity_;
    const bool trust_change_;
    Height tip_height_ = 0;
    TxTable table_;
    std::map<Txid, TransactionRef> unwritten_;  ///< transactions that the file lacks
    std::uint64_t next_order_ = 0;
    std::set<Txid> changed_;
    std::set<std::uint64_t> removed_;
    std::vector<KeyBook::Place> used_;
    std::vector<Txid> displaced_;
    std::vector<Txid> moved_;

    // Changes are collected, because one event may change a record several times, and because an
    // output may be a coin or not between two steps of it.
    mutable CoinIndex index_;
    mutable std::unordered_set<const TxRecord*> touched_;  ///< changed since index_ was true
    mutable bool index_is_stale_ = true;                   ///< it is to be made anew
    /// Hashes of the scripts from which coins were spent. True when index_ is.
    mutable boost::unordered_flat_set<std::size_t> reused_;
};

}  // namespace daler::wallet
