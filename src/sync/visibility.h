#pragma once

#include "context.h"

namespace daler::sync {

/// Whether peers are shown this block and its header: those of the best chain, and those off it
/// that were valid once and are recent in time and work, as a reorganisation needs. By others we
/// could be recognised.
[[nodiscard]] bool is_shown(const Context& context, const chain::BlockEntry& entry);

}  // namespace daler::sync
