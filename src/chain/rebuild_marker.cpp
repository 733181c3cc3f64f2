#include "rebuild_marker.h"

namespace daler::chain {
namespace {

// The contents of the file.
constexpr std::string_view stage_wipe = "wipe";      // throw away index, coins and undo data
constexpr std::string_view stage_import = "import";  // read the block files
constexpr std::string_view stage_coins = "coins";    // throw away the coins

}  // namespace

Rebuild RebuildMarker::begin(bool reindex, bool reindex_chainstate) {
    const auto found = storage::read_file(files_, path_);
    const auto stage = found ? as_text(*found) : std::string_view();
    if (stage == stage_import) return Rebuild::resume;
    if (reindex || stage == stage_wipe) {
        storage::write_atomically(files_, path_, as_bytes(stage_wipe));
        return Rebuild::start;
    }
    if (reindex_chainstate || stage == stage_coins) {
        storage::write_atomically(files_, path_, as_bytes(stage_coins));
        return Rebuild::coins;
    }
    return Rebuild::none;
}

void RebuildMarker::reading_files() {
    storage::write_atomically(files_, path_, as_bytes(stage_import));
}

void RebuildMarker::remove() {
    files_.remove(path_);
    files_.sync_folder(path_.parent_path());
}

}  // namespace daler::chain
