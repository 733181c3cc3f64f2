#pragma once

#include "context.h"

namespace daler::sync {

/// True if this block and its header are served to peers: blocks of the best chain, and other
/// blocks that have been connected and are recent in time and work, for reorganisations. Serving
/// older ones would make the node recognisable.
[[nodiscard]] bool is_shown(const Context& context, const chain::BlockEntry& entry);

}  // namespace daler::sync
