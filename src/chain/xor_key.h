#pragma once

#include <daler/storage/flat_files.h>

namespace daler {
struct ChainParams;
}

namespace daler::chain {

/// The key of the block files in `folder`, from its xor.dat. A missing file is written: with a
/// random key if `random` and there are no block files yet, with zeros otherwise. If that file is
/// lost or damaged, the key is computed from the beginning of the first block file, which is known,
/// and written again. Throws StorageError if the key cannot be computed.
[[nodiscard]] storage::XorKey load_xor_key(storage::FileSystem& files,
                                           const std::filesystem::path& folder,
                                           const ChainParams& params, bool random);

}  // namespace daler::chain
