#pragma once

#include "coin_database.h"
#include "packed_coin.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <vector>

namespace daler::chain {

/// Mixes an outpoint with a secret of the table's own. Not SipHash: the id is a hash already, and
/// without the secret nobody can tell which ids meet in a bucket.
class OutPointHasher {
public:
    using is_avalanching = void;
    OutPointHasher();

    std::size_t operator()(const OutPoint& outpoint) const {
        std::array<std::uint64_t, 4> words;
        std::memcpy(words.data(), outpoint.txid.bytes.data(), sizeof words);
        return mix(words[0] ^ secret_[0], words[1] ^ secret_[1] ^ outpoint.index) ^
               mix(words[2] ^ secret_[2], words[3] ^ secret_[3]);
    }

private:
    // __extension__: gcc and clang both have 128-bit integers, which pedantic mode would report.
    __extension__ using Wide = unsigned __int128;
    static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
        const auto product = Wide{a} * b;
        return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    }
    std::array<std::uint64_t, 4> secret_;
};

/// The unspent coins at `best_block`: changes and recently used coins in memory, in front of the
/// database. Ledger thread.
///
/// A flush freezes the changes and writes them in slices; meanwhile the cache goes on working in a
/// fresh layer in front of the frozen one, so nobody waits for the end.
class CoinCache {
public:
    /// `budget`: the bytes that `is_full` compares with.
    CoinCache(CoinDatabase& database, std::size_t budget);

    /// The coin at `outpoint`, if it is unspent. Remembers what it reads from the database.
    [[nodiscard]] std::optional<consensus::Coin> find(const OutPoint& outpoint);
    /// As find, but remembers nothing: for coins that are probably not there.
    [[nodiscard]] bool has(const OutPoint& outpoint) const;

    /// Takes the coin away; false if there is none.
    bool spend(const OutPoint& outpoint);
    /// Adds a coin that is not there, or, with `overwrite`, whether there is one or not.
    void add(const OutPoint& outpoint, const TxOutput& output, Height height, bool is_coinbase,
             bool overwrite = false);

    [[nodiscard]] const BlockHash& best_block() const { return best_block_; }
    void set_best_block(const BlockHash& hash) { best_block_ = hash; }

    /// True from `start_flush` until `write_slices` has written all.
    [[nodiscard]] bool is_flushing() const { return flushing_; }
    /// Whether anything here is not in the database.
    [[nodiscard]] bool has_changes() const { return best_block_ != stored_best_block_; }
    /// Freezes the changes. Requires that no flush is under way.
    void start_flush();
    /// Writes frozen changes for about `limit`; true when all are in the database.
    bool write_slices(std::chrono::milliseconds limit);
    /// Writes everything, in as many slices as it takes, and leaves the marker of an interrupted
    /// flush where it is: for the repair of one, whose memory is bounded too.
    void write_through(const CoinDatabase::Heads& heads);

    [[nodiscard]] std::size_t memory_usage() const;
    [[nodiscard]] bool is_full() const;
    /// So full that even what comes during a flush no longer fits.
    [[nodiscard]] bool is_overfull() const { return memory_usage() > budget_ + budget_ / 2; }

private:
    using Map = boost::unordered_flat_map<OutPoint, PackedCoin, OutPointHasher>;

    enum class Below : std::uint8_t { absent, present, unknown };
    [[nodiscard]] Below look_in_frozen(const OutPoint& outpoint) const;
    bool sort_frozen(std::chrono::steady_clock::time_point deadline);
    bool fill(CoinDatabase::Slice& slice);
    static void write(CoinDatabase::Slice& slice, const Map::value_type& entry);
    void finish_flush();
    static std::size_t map_bytes(const Map& map);

    CoinDatabase& database_;
    const std::size_t budget_;
    BlockHash best_block_;
    BlockHash stored_best_block_;

    Map active_;
    std::size_t active_heap_ = 0;  ///< bytes of scripts outside the map

    bool flushing_ = false;
    Map frozen_;  ///< while flushing: what is being written; not changed
    std::size_t frozen_heap_ = 0;
    /// The frozen changes by the first byte of their keys: LevelDB takes sorted keys at a fraction
    /// of the cost of others, and sorting them in one go would take too long.
    std::vector<std::vector<const Map::value_type*>> to_write_;
    Map::const_iterator next_to_sort_;  ///< into to_write_
    std::size_t bucket_ = 0;            ///< of to_write_, that is being written
    std::size_t next_in_bucket_ = 0;
    BlockHash frozen_best_block_;
    bool marked_ = false;  ///< the database carries the marker of this flush
};

}  // namespace daler::chain
