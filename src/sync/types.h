#pragma once

#include <daler/primitives/hash.h>
#include <daler/util/clock.h>

#include <cstdint>

namespace daler::sync {

/// The id of a connection, unique while the program runs; counted from 0.
using PeerId = std::int64_t;

/// Protocol time, mock time included.
using Time = Clock::Milliseconds;

/// A transaction as a peer announced it: by wtxid (BIP 339) or, as older peers do, by txid.
struct TxIdentifier {
    Hash256 hash;
    bool is_wtxid = true;

    static TxIdentifier of(const Wtxid& id) { return {id.as<Hash256>(), true}; }
    static TxIdentifier of(const Txid& id) { return {id.as<Hash256>(), false}; }
    auto operator<=>(const TxIdentifier&) const = default;
};

}  // namespace daler::sync
