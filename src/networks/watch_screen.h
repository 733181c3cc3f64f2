#pragma once

#include "networks/watch_events.h"

#include <deque>

namespace daler::networks {

/// A terminal's size in characters.
struct ScreenSize {
    std::size_t rows = 24;
    std::size_t columns = 80;
};

/// "14:03:59", in the local time zone.
[[nodiscard]] std::string clock_text(std::int64_t time);

/// What `daler watch` shows: the table of `ps`, and below it the newest of `events` as far as there
/// is room. Exactly `size.rows` lines, the last without a line end, none longer than the terminal
/// is wide. `now` is shown at the top.
[[nodiscard]] std::string watch_screen(const NetworkFile& file,
                                       const std::vector<NodeStatus>& nodes,
                                       const std::deque<Event>& events, std::int64_t now,
                                       ScreenSize size, bool colours);

}  // namespace daler::networks
