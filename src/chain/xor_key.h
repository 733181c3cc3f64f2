#pragma once

#include <daler/storage/flat_files.h>

namespace daler {
struct ChainParams;
}

namespace daler::chain {

/// The key of the block files in `folder`, from its xor.dat, which is made if there is none: random
/// if so wished and if there are no block files yet, else zeros. Where that file is lost or damaged
/// the beginning of the first block file, which is known, tells the key, and it is written again.
/// Throws StorageError if the key cannot be known.
[[nodiscard]] storage::XorKey load_xor_key(storage::FileSystem& files,
                                           const std::filesystem::path& folder,
                                           const ChainParams& params, bool random);

}  // namespace daler::chain
