#pragma once

#include <daler/consensus/header_rules.h>
#include <daler/primitives/block.h>
#include <daler/primitives/u256.h>
#include <daler/storage/flat_files.h>

#include <atomic>
#include <memory>
#include <shared_mutex>
#include <span>
#include <vector>

namespace daler::chain {

/// Where a block or its undo data lies: in blkNNNNN.dat or revNNNNN.dat.
using storage::FilePosition;

/// What is known of a block, as bits of BlockEntry::status.
enum BlockStatus : std::uint32_t {
    has_data = 1u << 0,  ///< its bytes are in the block files
    has_undo = 1u << 1,
    was_connected = 1u << 2,  ///< it was part of the best chain once: scripts and values are valid
    failed = 1u << 3,         ///< it broke a rule, or was invalidated by the user
    failed_ancestor = 1u << 4,  ///< some block below it is `failed`
    failed_mask = failed | failed_ancestor,
    forgotten = 1u << 5,  ///< see BlockEntry::is_forgotten; not on disk
};

/// One known header and its place in the tree. The first group of members never changes and may be
/// read from any thread for as long as the index lives; the atomics are written by the ledger
/// thread only.
struct BlockEntry {
    BlockHash hash;
    BlockHeader header;
    const BlockEntry* previous = nullptr;  ///< null for genesis
    const BlockEntry* skip = nullptr;      ///< an ancestor far below, for walks in logarithmic time
    Height height = 0;
    U256 chainwork;                ///< work of this block and all below it
    BlockTime median_time_past{};  ///< of this block and its up to 10 ancestors (BIP 113)
    std::uint64_t sequence = 0;    ///< order of arrival of headers in this run

    std::atomic<std::uint32_t> status{0};
    std::atomic<std::uint32_t> tx_count{0};  ///< 0 until the block itself is known
    std::atomic<std::uint64_t> chain_tx_count{
        0};  ///< of the whole chain up to here; 0 until all blocks are known
    std::atomic<std::uint32_t> block_size{0};      ///< bytes with witness
    std::atomic<std::uint32_t> block_checksum{0};  ///< CRC-32C of the stored bytes
    std::atomic<FilePosition> data{FilePosition{}};
    std::atomic<FilePosition> undo{FilePosition{}};
    std::atomic<std::uint64_t> data_sequence{
        0};  ///< order of arrival of block data; ties of work go to the first

    /// Sets the members of the first group, but for `sequence`. `parent` is null for genesis.
    void place(const BlockHeader& of, const BlockHash& with_hash, const BlockEntry* parent);

    /// True if all of these bits of BlockStatus are set.
    [[nodiscard]] bool has(std::uint32_t bits) const { return (status.load() & bits) == bits; }
    /// Its data were here and have been removed.
    [[nodiscard]] bool is_pruned() const { return tx_count.load() != 0 && !has(has_data); }
    [[nodiscard]] bool is_failed() const { return (status.load() & failed_mask) != 0; }
    /// The chain has returned to a state before this entry was known. The index does not have it
    /// any more. If the same header comes again it gets an entry of its own.
    [[nodiscard]] bool is_forgotten() const { return has(forgotten); }
    /// This entry, or the highest below it that is not forgotten.
    [[nodiscard]] const BlockEntry& still_known() const;

    /// The ancestor at `height` (itself at its own); null above its own height or below zero.
    /// Logarithmic.
    [[nodiscard]] const BlockEntry* ancestor(Height height) const;
    /// True if this is `other` or one of its ancestors.
    [[nodiscard]] bool is_ancestor_of(const BlockEntry& other) const {
        return other.ancestor(height) == this;
    }
};

/// The last block that two blocks share.
[[nodiscard]] const BlockEntry* last_common_ancestor(const BlockEntry* a, const BlockEntry* b);

/// The chain of headers that ends at an entry, in the form that the rules take.
class EntryChain final : public consensus::HeaderChain {
public:
    explicit EntryChain(const BlockEntry& tip) : tip_(tip) {}
    [[nodiscard]] Height height() const override { return tip_.height; }
    [[nodiscard]] BlockHeader header(Height height) const override {
        return tip_.ancestor(height)->header;
    }
    [[nodiscard]] BlockTime median_time_past(Height height) const override {
        return tip_.ancestor(height)->median_time_past;
    }

private:
    const BlockEntry& tip_;
};

/// The tree of all headers whose rules hold. Entries are not moved or deleted while the index
/// lives, not even forgotten ones: other threads may hold pointers to them.
class BlockIndex {
public:
    BlockIndex();
    ~BlockIndex();
    BlockIndex(const BlockIndex&) = delete;
    BlockIndex& operator=(const BlockIndex&) = delete;

    /// Null if unknown. Any thread.
    [[nodiscard]] const BlockEntry* find(const BlockHash& hash) const;
    [[nodiscard]] BlockEntry* find(const BlockHash& hash);
    [[nodiscard]] std::size_t size() const;

    /// Adds a header whose parent is known (or genesis). Ledger thread. Returns the existing entry
    /// if known.
    BlockEntry& insert(const BlockHeader& header, const BlockHash& hash);

    /// The sequence of the entry that was inserted last.
    [[nodiscard]] std::uint64_t last_sequence() const;

    /// Takes the entries out. Requires: with an entry all that build on it. Ledger thread.
    void forget(std::span<BlockEntry* const> entries);
    /// Whether a block of this hash was forgotten and has not come again. Any thread.
    [[nodiscard]] bool was_forgotten(const BlockHash& hash) const;

    /// The entries known at the moment of the call, in no particular order. Any thread.
    [[nodiscard]] std::vector<const BlockEntry*> all() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;  ///< the map and its shared_mutex: lookups come from every thread
};

}  // namespace daler::chain
