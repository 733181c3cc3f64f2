#pragma once

#include <daler/primitives/transaction_view.h>

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstring>
#include <deque>
#include <iterator>
#include <map>
#include <memory_resource>
#include <set>

namespace daler::wallet {

/// Where a transaction of the wallet is.
enum class TxStatus : std::uint8_t {
    confirmed,   ///< in a block of the active chain
    in_mempool,  ///< waiting to be mined
    inactive,    ///< neither; may still be confirmed
    conflicted,  ///< a block of the active chain spends the same coin
};

/// The outputs that a transaction spends and those that it creates, without signatures, packed in
/// memory that a TxTable owns.
class TxBody {
public:
    struct Output {
        Amount value;
        ByteSpan script_pubkey;
    };

    [[nodiscard]] std::uint32_t input_count() const { return number_at(0); }
    [[nodiscard]] std::uint32_t output_count() const { return number_at(sizeof(std::uint32_t)); }
    /// What input i spends.
    [[nodiscard]] OutPoint prevout(std::uint32_t i) const;
    /// Whether an input spends an output of this transaction.
    [[nodiscard]] bool spends_from(const Txid& txid) const;
    /// Requires: i < output_count().
    [[nodiscard]] Output output(std::uint32_t i) const;
    [[nodiscard]] bool is_coinbase() const { return input_count() == 1 && prevout(0).is_null(); }

    /// Steps through outputs; ends at std::default_sentinel.
    class OutputIterator {
    public:
        OutputIterator(const std::uint8_t* at, std::uint32_t left) : at_(at), left_(left) {}
        [[nodiscard]] Output operator*() const;
        OutputIterator& operator++();
        bool operator==(std::default_sentinel_t) const { return left_ == 0; }

    private:
        const std::uint8_t* at_;
        std::uint32_t left_;
    };
    struct Outputs {
        OutputIterator first;
        [[nodiscard]] OutputIterator begin() const { return first; }
        [[nodiscard]] static std::default_sentinel_t end() { return {}; }
    };
    [[nodiscard]] Outputs outputs() const;

private:
    friend class TxTable;
    [[nodiscard]] std::uint32_t number_at(std::size_t offset) const {
        std::uint32_t out = 0;
        std::memcpy(&out, bytes_ + offset, sizeof out);
        return out;
    }

    const std::uint8_t* bytes_ = nullptr;
};

/// What few transactions have.
struct TxNotes {
    std::string comment{};
    std::string comment_to{};
    std::optional<Txid> replaces{};      ///< the payment of ours that this one replaces (bumpfee)
    std::optional<Txid> replaced_by{};   ///< the payment of ours that replaces this one
    std::set<Txid> mempool_conflicts{};  ///< transactions of the mempool that spend the same coins
};

/// The height of a block that a record names until the wallet is opened: it comes from another
/// program's file, which has hashes only.
inline constexpr Height unknown_height = -1;

/// What the wallet keeps in memory of a transaction that pays to or spends from it. The whole
/// transaction is in its file: see History::transaction.
struct TxRecord {
    Txid txid{};
    BlockHash block{};           ///< that holds it, or that conflicts with it
    std::uint64_t order = 0;     ///< place in the wallet's list of transactions
    std::int64_t received = 0;   ///< unix seconds: when the wallet first saw it
    std::int64_t time = 0;       ///< what to show: between block time and `received`
    Height height = 0;           ///< of `block`
    std::uint32_t position = 0;  ///< in the block that holds it
    TxStatus status = TxStatus::inactive;
    bool abandoned = false;  ///< by the user, or because it is `orphaned`
    bool orphaned = false;   ///< a coinbase whose block left the chain, or spends from one
    TxBody body{};

    [[nodiscard]] bool is_coinbase() const { return body.is_coinbase(); }
    [[nodiscard]] const TxNotes& notes() const;
    [[nodiscard]] TxNotes& edit_notes();

private:
    std::unique_ptr<TxNotes> notes_{};
};

/// The transactions of a wallet, oldest first, with indexes by their ids and by what they spend. A
/// record stays where it is until one is removed.
class TxTable {
public:
    TxTable() = default;
    TxTable(const TxTable&) = delete;
    TxTable& operator=(const TxTable&) = delete;

    /// In the order of `TxRecord::order`.
    [[nodiscard]] const std::deque<TxRecord>& records() const { return records_; }
    [[nodiscard]] std::deque<TxRecord>& records() { return records_; }
    [[nodiscard]] const TxRecord* find(const Txid& txid) const;
    [[nodiscard]] TxRecord* find(const Txid& txid);

    /// Adds a transaction with an id and a larger order than all others have. Fills `body`.
    TxRecord& add(TxRecord record, const Transaction& tx);
    TxRecord& add(TxRecord record, const TransactionView& tx);
    /// Takes time for all transactions; references to records end.
    void remove(const Txid& txid);

    /// The positions in `records` of transactions that spend an output: usually one, or none.
    using Positions = boost::container::small_vector<std::uint32_t, 2>;
    [[nodiscard]] Positions spenders(const OutPoint& output) const;
    /// Those that spend any output of a transaction with so many outputs.
    [[nodiscard]] Positions spenders(const Txid& txid, std::size_t outputs) const;
    [[nodiscard]] bool has_spender(const OutPoint& output) const {
        return spends_.contains(output);
    }

private:
    /// One input of a transaction.
    struct Spend {
        std::uint32_t record;  ///< position in records_
        std::uint32_t input;
    };
    struct ById {
        using is_transparent = void;
        const std::deque<TxRecord>* records;
        std::size_t operator()(const Txid& txid) const { return PlainHasher{}(txid); }
        std::size_t operator()(std::uint32_t position) const {
            return (*this)((*records)[position].txid);
        }
        bool operator()(std::uint32_t a, std::uint32_t b) const { return a == b; }
        bool operator()(const Txid& txid, std::uint32_t position) const {
            return txid == (*records)[position].txid;
        }
        bool operator()(std::uint32_t position, const Txid& txid) const {
            return (*this)(txid, position);
        }
    };
    struct ByPrevout {
        using is_transparent = void;
        const std::deque<TxRecord>* records;
        [[nodiscard]] OutPoint prevout(const Spend& spend) const {
            return (*records)[spend.record].body.prevout(spend.input);
        }
        std::size_t operator()(const OutPoint& output) const {
            return PlainHasher{}(output.txid) + output.index;
        }
        std::size_t operator()(const Spend& spend) const { return (*this)(prevout(spend)); }
        bool operator()(const Spend& a, const Spend& b) const { return prevout(a) == prevout(b); }
        bool operator()(const OutPoint& output, const Spend& spend) const {
            return output == prevout(spend);
        }
        bool operator()(const Spend& spend, const OutPoint& output) const {
            return output == prevout(spend);
        }
    };

    template <class Inputs, class Outputs>
    TxRecord& add_packed(TxRecord record, const Inputs& inputs, const Outputs& outputs);
    void link(std::uint32_t position);

    std::deque<TxRecord> records_;
    /// The bodies. What a removed transaction took is not used again.
    std::pmr::monotonic_buffer_resource memory_;
    boost::unordered_flat_set<std::uint32_t, ById, ById> by_id_{0, ById{&records_},
                                                                ById{&records_}};
    /// The first spend of each output; the others, which conflict with it, are in rivals_.
    boost::unordered_flat_set<Spend, ByPrevout, ByPrevout> spends_{0, ByPrevout{&records_},
                                                                   ByPrevout{&records_}};
    std::multimap<OutPoint, std::uint32_t> rivals_;
};

}  // namespace daler::wallet
