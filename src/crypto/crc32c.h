#pragma once

#include <daler/encoding/bytes.h>

namespace daler::crypto {

/// CRC-32C by table, for processors without an instruction for it. Arguments as crc32c.
[[nodiscard]] std::uint32_t crc32c_portable(ByteSpan data, std::uint32_t seed);

}  // namespace daler::crypto
