#pragma once

#include <daler/encoding/bytes.h>

#include <optional>
#include <string>

namespace daler {

/// `bytes` as one big-endian number in base 58, each leading zero byte as a '1'. Takes time
/// quadratic in the length: for keys and addresses, not for bulk data.
[[nodiscard]] std::string base58_encode(ByteSpan bytes);

/// The bytes that `text` spells; white space around it is ignored, as bitcoind does. Nothing if a
/// character is not of the alphabet or the result would be longer than `max_size`. Texts that are
/// too long are refused before they are decoded.
[[nodiscard]] std::optional<Bytes> base58_decode(std::string_view text, std::size_t max_size);

}  // namespace daler
