#pragma once

#include <daler/util/clock.h>

#include <optional>

namespace daler::mining {

/// The times of the blocks that a node mines where they do not follow from chain time alone: the
/// user wants blocks a fixed interval apart, or chain time stands still and each block moves it on.
/// One thread at a time.
class BlockPace {
public:
    /// How far a block moves chain time that stands still, unless the user says otherwise.
    static constexpr std::chrono::seconds usual_step{1};

    /// Without `interval` blocks have the chain time at which they are mined, or, if that stands
    /// still, `usual_step` more for each.
    BlockPace(Clock& clock, std::optional<std::chrono::seconds> interval)
        : clock_(clock), interval_(interval) {
        if (!interval_ && clock_.is_chain_time_stopped()) interval_ = usual_step;
    }

    /// The time that the next block should have; nothing: chain time when it is mined.
    [[nodiscard]] std::optional<BlockTime> next() const {
        if (!interval_) return std::nullopt;
        return last_.value_or(clock_.chain_now()) + *interval_;
    }

    /// A block with this time is about to be submitted: moves chain time to it, but not back.
    void reach(BlockTime time) {
        if (!interval_) return;
        last_ = time;
        if (clock_.chain_now() < time) clock_.set_chain_time(time);
    }

private:
    Clock& clock_;
    std::optional<std::chrono::seconds> interval_;
    std::optional<BlockTime> last_;
};

}  // namespace daler::mining
