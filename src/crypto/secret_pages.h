#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace daler::crypto {

/// Whole pages of zeros for at least `size` bytes, which are not part of a core dump. They are not
/// swapped out, unless the system refuses to lock them; the log has a warning then, once. Throws
/// std::bad_alloc.
[[nodiscard]] std::span<std::uint8_t> map_secret_pages(std::size_t size);

/// Wipes them and gives them back.
void unmap_secret_pages(std::span<std::uint8_t> pages);

}  // namespace daler::crypto
