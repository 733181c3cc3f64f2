#include "visibility.h"

#include <daler/consensus/header_rules.h>
#include <daler/primitives/chain_params.h>

namespace daler::sync {
namespace {

/// Blocks off the best chain are served if they are younger than this, by their times and by the
/// work since then.
constexpr std::chrono::seconds stale_block_age = std::chrono::hours(30 * 24);

/// About the time that the work between `entry` and `best` takes at the target of `best`.
double seconds_of_work(const chain::BlockEntry& entry, const chain::BlockEntry& best,
                       const ChainParams& params) {
    const auto more =
        std::max(entry.chainwork, best.chainwork) - std::min(entry.chainwork, best.chainwork);
    const auto blocks = more.to_double() / consensus::work_of(best.header.bits).to_double();
    return blocks * static_cast<double>(params.retarget.spacing.count());
}

}  // namespace

bool is_shown(const Context& context, const chain::BlockEntry& entry) {
    const auto view = context.view();
    if (view->contains(entry)) return true;
    if (!entry.has(chain::was_connected) || entry.is_failed()) return false;
    const auto& best = view->best_header();
    return best.header.block_time() - entry.header.block_time() < stale_block_age &&
           seconds_of_work(entry, best, context.params) <
               static_cast<double>(stale_block_age.count());
}

}  // namespace daler::sync
