#pragma once

#include <daler/util/clock.h>
#include <daler/util/result.h>

#include <optional>
#include <string>
#include <string_view>

namespace daler::networks {

/// Reads "1d2h30m" or "90s": numbers with the units d, h, m and s, largest unit first, each at
/// most once. Nothing if it is anything else, or longer than block times can express.
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text);

/// The chain time that the user means: "now", "+1d2h", "-10m" (both from `current`), Unix seconds,
/// or a time such as 2030-01-01T00:00:00Z. The error says what is allowed.
[[nodiscard]] Result<BlockTime, std::string> parse_when(std::string_view text, BlockTime current,
                                                        BlockTime now);

}  // namespace daler::networks
