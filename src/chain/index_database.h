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
    /// The contents of a record. The rest of an entry follows from its place in the tree.
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

    /// True for a database that was just created, or whose creation was interrupted.
    [[nodiscard]] bool is_new() const;
    /// The creation is complete: from now on missing blocks are damage.
    void set_made();

    /// All records, parents before children.
    [[nodiscard]] std::vector<Record> load() const;

    /// Writes the entries as they are and waits until they are safe from a power cut.
    void write(std::span<const BlockEntry* const> entries);

    /// All at once, safe from a power cut: writes `changed`, removes the records of `forgotten`,
    /// and sets the mark that the block files are to be cut at `files_end`.
    void write_return(std::span<const BlockEntry* const> changed,
                      std::span<BlockEntry* const> forgotten, FilePosition files_end);
    /// The mark, if it is set.
    [[nodiscard]] std::optional<FilePosition> cut() const;
    /// The files are cut, safe from a power cut: removes the mark. It is gone before later writes
    /// arrive.
    void set_cut_done();

    /// The height from which on the stored blocks were checked by the rules of segwit.
    [[nodiscard]] std::optional<Height> segwit_height() const;
    void set_segwit_height(Height height);

    /// Forgets these records. Not synced.
    void remove(std::span<const BlockHash> hashes);
    /// Writes only what is known from the headers, and does not wait. Afterwards they survive a
    /// crash of this process, but not a power cut.
    void write_headers(std::span<const BlockEntry* const> entries);

private:
    storage::Database database_;
    std::string remedy_;
};

}  // namespace daler::chain
