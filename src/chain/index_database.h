#pragma once

#include <daler/chain/block_index.h>
#include <daler/storage/database.h>

#include <functional>
#include <optional>
#include <span>

namespace daler::chain {

/// The block index on disk: one record per header, keyed by 'b' and its hash.
class IndexDatabase {
public:
    /// What a record holds; everything else about a block follows from its place in the tree.
    struct Record {
        BlockHash hash;
        BlockHeader header;
        Height height = 0;
        std::uint32_t status = 0;
        std::uint32_t tx_count = 0;
        std::uint32_t block_size = 0;
        std::uint32_t block_checksum = 0;
        FilePosition data;
        FilePosition undo;
    };

    explicit IndexDatabase(storage::Database::Options options);

    /// True for a database that was made just now, or whose making was interrupted.
    [[nodiscard]] bool is_new() const;
    /// Ends the making, so that missing blocks are damage from now on.
    void set_made();

    /// All records, parents before children.
    [[nodiscard]] std::vector<Record> load() const;

    /// Writes the entries as they are and waits until they are safe from a power cut.
    void write(std::span<const BlockEntry* const> entries);
    /// Writes only what is known from the headers, and does not wait: afterwards they survive a
    /// crash of this process.
    /// From which height on the blocks here were checked by segwit's rules, as the last start said.
    [[nodiscard]] std::optional<Height> segwit_height() const;
    void set_segwit_height(Height height);

    /// Forgets these records. Not synced.
    void remove(std::span<const BlockHash> hashes);
    void write_headers(std::span<const BlockEntry* const> entries);

private:
    storage::Database database_;
    std::string remedy_;
};

}  // namespace daler::chain
