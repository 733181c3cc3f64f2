#pragma once

#include "confirmation_stats.h"

#include <algorithm>

namespace daler::fees {

/// What an Estimator has.
struct Estimator::Impl {
    [[nodiscard]] ConfirmationStats& of(Horizon horizon) {
        return stats[static_cast<std::size_t>(horizon)];
    }
    [[nodiscard]] const ConfirmationStats& of(Horizon horizon) const {
        return stats[static_cast<std::size_t>(horizon)];
    }
    /// The highest target for which there are enough blocks.
    [[nodiscard]] int max_usable_target() const;
    [[nodiscard]] Height blocks_seen() const;
    /// Those of the run that wrote the file, if it is not too old.
    [[nodiscard]] Height blocks_in_file() const;

    // Parts of `estimate` (estimates.cpp).
    [[nodiscard]] double combined(int target, double threshold, bool look_at_shorter) const;
    [[nodiscard]] double conservative(int target) const;

    std::array<ConfirmationStats, 3> stats{ConfirmationStats(rules_of(Horizon::short_term)),
                                           ConfirmationStats(rules_of(Horizon::medium_term)),
                                           ConfirmationStats(rules_of(Horizon::long_term))};
    Height best = 0;            ///< the last block that was reported
    Height first_recorded = 0;  ///< the first block of this run that confirmed a counted one
    // The blocks of the run that wrote the file.
    Height historical_first = 0;
    Height historical_best = 0;
};

}  // namespace daler::fees
