#pragma once

#include <daler/mempool/mempool.h>

namespace daler::mempool {

/// mempool.dat in version 1, which has no key: for Bitcoin Core before version 26.
[[nodiscard]] Bytes encode_saved_version_1(const SavedMempool& saved);

}  // namespace daler::mempool
