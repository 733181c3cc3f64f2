#pragma once

#include <daler/storage/flat_files.h>

#include <filesystem>

namespace daler::chain {

/// What a start has to build again.
enum class Rebuild : std::uint8_t {
    none,
    coins,   ///< throw away the coins, connect all blocks again
    start,   ///< throw away index, coins and undo data, read the block files
    resume,  ///< as before, but an earlier run has thrown away what had to go
};
/// Whether index and coins come from the block files.
[[nodiscard]] inline bool reads_files(Rebuild rebuild) {
    return rebuild == Rebuild::start || rebuild == Rebuild::resume;
}

/// The file blocks/reindex, which says how far a rebuild has come. It is written before anything is
/// thrown away, so that a rebuild that is killed continues at the next start.
class RebuildMarker {
public:
    RebuildMarker(storage::FileSystem& files, std::filesystem::path path)
        : files_(files), path_(std::move(path)) {}

    /// What the options ask for, or an earlier run has begun. Written down.
    [[nodiscard]] Rebuild begin(bool reindex, bool reindex_chainstate);
    /// All that had to go is gone; the block files are being read.
    void reading_files();
    /// The rebuild is complete.
    void remove();

private:
    storage::FileSystem& files_;
    std::filesystem::path path_;
};

}  // namespace daler::chain
