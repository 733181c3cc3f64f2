#pragma once

#include <daler/encoding/bytes.h>

#include <optional>
#include <string>

namespace daler {

/// `bytes` in the alphabet of RFC 4648 section 4, padded with '='.
[[nodiscard]] std::string base64_encode(ByteSpan bytes);

/// The bytes that `text` spells. Nothing unless it is exactly what base64_encode gives for them:
/// padded, without white space, unused bits zero.
[[nodiscard]] std::optional<Bytes> base64_decode(std::string_view text);

}  // namespace daler
