#pragma once

#include <daler/primitives/salted_hasher.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <optional>

namespace daler::sync {

/// The net thread's record of the mempool. It keeps salted 64-bit hashes of the ids, not the ids:
/// two of a million transactions have the same hash with a chance of 1 to 40 million, and then one
/// of them is not requested or announced. A peer cannot find such ids, because it does not know
/// the salt.
class PooledTransactions {
public:
    struct Record {
        FeeRate fee_rate;
        std::uint64_t arrival;  ///< its arrival number
    };

    [[nodiscard]] bool contains(const Txid& txid) const;
    [[nodiscard]] bool contains(const Wtxid& wtxid) const;
    [[nodiscard]] std::optional<Record> find(const Txid& txid) const;
    [[nodiscard]] std::optional<Record> find(const Wtxid& wtxid) const;
    void add(const SealedTransaction& tx, const Record& record);
    /// Removes the transaction with this txid, whatever its witness is.
    void erase(const Txid& txid);

private:
    using Key = std::uint64_t;
    /// The keys are hashes already.
    struct Identity {
        using is_avalanching = void;
        std::size_t operator()(Key key) const { return key; }
    };

    [[nodiscard]] std::optional<Record> record_of(Key wtxid) const;

    SaltedHasher key_of_;
    boost::unordered_flat_map<Key, Record, Identity> by_wtxid_;
    boost::unordered_flat_map<Key, Key, Identity> wtxids_;  ///< by txid
};

}  // namespace daler::sync
