#pragma once

#include <daler/encoding/bytes.h>

#include <optional>
#include <string>

namespace daler {

/// Two lower-case digits for each byte, in the order of the bytes.
[[nodiscard]] std::string to_hex(ByteSpan bytes);

/// The same, into a buffer: writes 2 * bytes.size() characters from `to` on.
void write_hex(ByteSpan bytes, char* to);

/// True if `text` is an even number (zero included) of hexadecimal digits and nothing else.
[[nodiscard]] bool is_hex(std::string_view text);

/// The bytes that `text` spells, in either case; nothing unless is_hex(text).
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

/// Writes the bytes that `text` spells into `out`; false (and `out` unspecified) unless `text` is
/// exactly as many digits as `out` takes.
[[nodiscard]] bool from_hex(std::string_view text, std::span<std::uint8_t> out);

}  // namespace daler
