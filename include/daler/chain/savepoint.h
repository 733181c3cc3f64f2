#pragma once

#include <daler/encoding/bytes.h>
#include <daler/primitives/hash.h>
#include <daler/storage/flat_files.h>

#include <vector>

namespace daler::chain {

/// A state of a chain that it can return to: see Chainstate::savepoint and Chainstate::return_to.
/// It does not hold blocks, only what tells those of the state from later ones. Coins follow from
/// the blocks. It stays good over restarts and -reindex, and until the chain has returned to an
/// earlier savepoint.
struct Savepoint {
    BlockHash tip;
    /// Where the block files ended: the last one, and its size. Blocks behind it are later.
    storage::FilePosition files_end;
    /// Headers that no other one builds on, of those whose blocks were not stored (yet, or any
    /// more). With their ancestors these are all of that kind.
    std::vector<BlockHash> leaves;
    /// Blocks that broke a rule or that the user had invalidated.
    std::vector<BlockHash> failed;
    /// Blocks of other branches that had been connected once.
    std::vector<BlockHash> connected;
    /// Blocks that share their work with another one: those of equal work in the order in which
    /// the chain prefers them.
    std::vector<BlockHash> preference;

    bool operator==(const Savepoint&) const = default;
};

/// The bytes of a savepoint (doc/formats.md).
[[nodiscard]] Bytes encode(const Savepoint& savepoint);
/// For untrusted bytes.
[[nodiscard]] Result<Savepoint, DecodeError> decode_savepoint(ByteSpan bytes);

}  // namespace daler::chain
