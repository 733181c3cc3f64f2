#pragma once

#include <daler/chain/block_index.h>
#include <daler/chain/stored_block.h>
#include <daler/coins/undo.h>
#include <daler/consensus/check_transaction.h>

namespace daler {
struct ChainParams;
}

namespace daler::chain {

/// The remedy that errors of the block files name.
inline constexpr std::string_view reindex_remedy = "Start with -reindex to rebuild it.";
inline constexpr std::string_view reindex_chainstate_remedy =
    "Start with -reindex-chainstate to rebuild it.";

/// The largest serialized block: each byte weighs at least one unit.
inline constexpr auto max_block_size = static_cast<std::uint32_t>(consensus::max_block_weight);

/// Blocks and undo data in append-only files. Reading: any thread. Damage: StorageError.
class BlockStore {
public:
    static constexpr std::uint64_t small_file_size = 64u << 10;

    /// `random_key`: new stores are XORed with a random key; an existing one keeps its key (see
    /// xor_key.h).
    /// `small_files`: a new file begins after small_file_size bytes.
    BlockStore(storage::FileSystem& files, const std::filesystem::path& folder,
               const ChainParams& params, bool random_key, bool small_files = false);

    FilePosition append_block(ByteSpan bytes) { return blocks_.append(bytes); }
    /// Undo data goes to the file with the number of its block's, so that both can be pruned
    /// together. It ends with SHA-256d of the parent's hash and the data, as in Bitcoin Core.
    FilePosition append_undo(std::uint32_t file, const coins::BlockUndo& undo,
                             const BlockHash& previous);

    /// Empty / null if the block is not stored (any more); checked against the index's checksum.
    [[nodiscard]] Bytes read_block_bytes(const BlockEntry& entry) const;
    [[nodiscard]] BlockRef read_block(const BlockEntry& entry) const;
    /// From memory if it was asked for recently.
    [[nodiscard]] std::shared_ptr<const StoredBlock> stored_block(const BlockEntry& entry) const;
    [[nodiscard]] std::optional<coins::BlockUndo> read_undo(const BlockEntry& entry) const;

    /// Safe from a power cut when it returns.
    void sync();
    [[nodiscard]] std::uint64_t size_on_disk() const;

    /// Where the last block file ends.
    [[nodiscard]] FilePosition blocks_end() const { return blocks_.end(); }
    /// Removes the blocks behind `end`, and the undo files of later block files.
    void cut_after(FilePosition end);
    /// As `sync`, without the undo data that were appended.
    void sync_blocks() { blocks_.sync(); }

    /// For scanning and repair.
    [[nodiscard]] storage::FlatFiles& blocks() { return blocks_; }
    [[nodiscard]] storage::FlatFiles& undo() { return undo_; }
    /// Where the undo record at `position` ends.
    [[nodiscard]] std::uint64_t undo_end(FilePosition position) const;

private:
    [[nodiscard]] coins::BlockUndo read_stored_undo(const BlockEntry& entry) const;

    storage::FlatFiles blocks_;
    storage::FlatFiles undo_;
    mutable StoredBlocks recent_;
};

}  // namespace daler::chain
