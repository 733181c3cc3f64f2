#pragma once

#include "pool.h"

namespace daler::mempool {

/// See Mempool::select_for_block.
[[nodiscard]] std::vector<Selected> select_for_block(const Pool& pool, const BlockSpace& space);

}  // namespace daler::mempool
