#pragma once

#include "chainstate_impl.h"

#include <span>
#include <vector>

namespace daler::chain {

/// Opens or creates what is on disk, mends what a crash left, and finds the tip. `open` is all
/// there is to call. What cannot be mended is a StorageError with its remedy.
class Chainstate::Impl::Startup {
public:
    explicit Startup(Impl& chain) : chain_(chain) {}
    void open();

private:
    // startup.cpp
    void open_files();
    void open_databases();
    void open_index(const storage::Database::Options& options);
    /// Cuts the block files if an earlier process was about to (see return_to.h).
    void finish_cut(FilePosition end);
    /// The mark in the index that is to be thrown away; none if it cannot be read.
    [[nodiscard]] static std::optional<FilePosition> cut_of_old_index(
        storage::Database::Options options);
    void check_files() const;
    void choose_start_tip();
    void refuse_future_tip() const;
    /// Blocks that were accepted before segwit held for them were not checked by its rules.
    void refuse_blocks_before_segwit() const;
    /// Whether blocks are gone, and whether we can live with that.
    void check_pruning();
    /// Before a rebuild: files behind a gap hold blocks that cannot be connected.
    void forget_detached_files();
    void forget_undo_files();

    // load_index.cpp
    void load_index();
    void load_entries();
    void link_entries(std::vector<BlockEntry*>& with_data);
    void make_genesis();
    void refuse_blocks_without_index() const;
    [[nodiscard]] bool has_unindexed_blocks(std::span<const IndexDatabase::Record> records) const;
    void forget_headers_without_blocks(std::vector<IndexDatabase::Record>& records);

    Impl& chain_;
    Rebuild rebuild_ = Rebuild::none;
};

}  // namespace daler::chain
