#pragma once

#include "types.h"

#include <daler/wire/limits.h>

#include <optional>
#include <utility>

namespace daler::sync {

/// Recognises a peer for which data is queued and that reads none of it. A pure state machine.
class SendWatch {
public:
    /// To be called at each check of the timers. `taken`: bytes that the system has accepted for
    /// the peer so far. True if data was queued for limits::send_timeout and `taken` did not grow.
    [[nodiscard]] bool is_stuck(bool has_queued, std::uint64_t taken, Time now) {
        const bool took_nothing = has_queued && taken == std::exchange(taken_, taken);
        if (!took_nothing)
            since_.reset();
        else if (!since_)
            since_ = now;
        return since_ && now - *since_ >= wire::limits::send_timeout;
    }

private:
    std::uint64_t taken_ = 0;    ///< at the last check with queued data
    std::optional<Time> since_;  ///< data is queued, and it has read nothing since then
};

}  // namespace daler::sync
