#pragma once

#include <daler/encoding/bytes.h>

#include <optional>
#include <string>

namespace daler::crypto {

/// `payload` and the first four bytes of its SHA-256d, in base 58: legacy addresses, WIF keys and
/// extended keys.
[[nodiscard]] std::string base58check_encode(ByteSpan payload);

/// The payload; nothing if `text` is not base 58, its checksum is wrong or the payload is longer
/// than `max_size`. The default fits the longest payload in use, an extended key.
[[nodiscard]] std::optional<Bytes> base58check_decode(std::string_view text,
                                                      std::size_t max_size = 78);

}  // namespace daler::crypto
