#pragma once

#include <daler/util/clock.h>

#include <optional>
#include <string>
#include <string_view>

namespace daler {

/// The latest time that a block can have: block times have 32 bits.
inline constexpr BlockTime latest_block_time = from_unix(0xffffffff);

/// Reads Unix seconds ("1893456000") or a UTC time of ISO 8601 ("2030-01-01T00:00:00Z"). Nothing if
/// `text` is neither, or not a time after 1970 that a block can have.
[[nodiscard]] std::optional<BlockTime> parse_time(std::string_view text);

/// "2030-01-01T00:00:00Z".
[[nodiscard]] std::string time_text(BlockTime time);

}  // namespace daler
