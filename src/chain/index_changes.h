#pragma once

#include "index_database.h"

#include <boost/unordered/unordered_flat_set.hpp>

#include <vector>

namespace daler::chain {

/// The entries of the block index that differ from their records on disk. Ledger thread.
class IndexChanges {
public:
    void mark(BlockEntry& entry) { changed_.insert(&entry); }
    /// A header that has no record yet.
    void add_header(BlockEntry& entry);
    /// The block of `entry` has come. The entry is marked, too.
    void add_data(BlockEntry& entry);

    /// Whether headers without blocks came before `entry` and have no record yet. A restart finds
    /// blocks in the files, but headers only in the index: those below a block must be there before
    /// the block is stored, or its place is lost.
    [[nodiscard]] bool has_headers_before(const BlockEntry& entry) const;
    /// Records new headers, so that they outlive the process. The next `write` repeats them.
    void write_headers(IndexDatabase& database);
    /// Records everything, safe from a power cut. Requires: the blocks and undo data that the
    /// entries point to are synced.
    void write(IndexDatabase& database);

    /// These entries have left the index.
    void forget(std::span<BlockEntry* const> entries);
    /// As `write`, and in the same step removes the records of `forgotten` and notes that the
    /// block files end at `files_end`.
    void write_return(IndexDatabase& database, std::span<BlockEntry* const> forgotten,
                      FilePosition files_end);

private:
    [[nodiscard]] bool is_unrecorded(const BlockEntry& entry) const;
    [[nodiscard]] std::vector<const BlockEntry*> sorted() const;
    void clear();

    boost::unordered_flat_set<BlockEntry*> changed_;
    /// Of those, the ones that never had a record, in the order in which they came.
    std::vector<BlockEntry*> unrecorded_;
    std::size_t unrecorded_without_data_ = 0;
};

}  // namespace daler::chain
