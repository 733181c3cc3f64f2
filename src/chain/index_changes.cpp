#include "index_changes.h"

namespace daler::chain {

void IndexChanges::add_header(BlockEntry& entry) {
    mark(entry);
    unrecorded_.push_back(&entry);
    ++unrecorded_without_data_;
}

void IndexChanges::add_data(BlockEntry& entry) {
    mark(entry);
    if (is_unrecorded(entry)) --unrecorded_without_data_;
}

bool IndexChanges::is_unrecorded(const BlockEntry& entry) const {
    return !unrecorded_.empty() && entry.sequence >= unrecorded_.front()->sequence;
}

bool IndexChanges::has_headers_before(const BlockEntry& entry) const {
    return unrecorded_without_data_ > (is_unrecorded(entry) ? 1u : 0u);
}

void IndexChanges::write_headers(IndexDatabase& database) {
    if (unrecorded_.empty()) return;
    const std::vector<const BlockEntry*> entries(unrecorded_.begin(), unrecorded_.end());
    database.write_headers(entries);
    unrecorded_.clear();
    unrecorded_without_data_ = 0;
}

void IndexChanges::write(IndexDatabase& database) {
    if (changed_.empty()) return;
    database.write(sorted());
    clear();
}

void IndexChanges::forget(std::span<BlockEntry* const> entries) {
    for (auto* entry : entries)
        changed_.erase(entry);
}

void IndexChanges::write_return(IndexDatabase& database, std::span<BlockEntry* const> forgotten,
                                FilePosition files_end) {
    database.write_return(sorted(), forgotten, files_end);
    clear();
}

std::vector<const BlockEntry*> IndexChanges::sorted() const {
    std::vector<const BlockEntry*> entries(changed_.begin(), changed_.end());
    std::ranges::sort(entries, {}, &BlockEntry::sequence);
    return entries;
}

void IndexChanges::clear() {
    changed_.clear();
    unrecorded_.clear();
    unrecorded_without_data_ = 0;
}

}  // namespace daler::chain
