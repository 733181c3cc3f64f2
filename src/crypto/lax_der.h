#pragma once

#include <daler/encoding/bytes.h>

#include <optional>

namespace daler::crypto {

/// R and S, 32 bytes each, big-endian.
using CompactSignature = std::array<std::uint8_t, 64>;

/// Reads an ECDSA signature the way OpenSSL did before BIP 66 made strict DER a rule: the length
/// of the sequence is ignored, lengths may have more bytes than they need, numbers may be negative
/// or padded with zeros, and anything may follow S. A number above 2^256 - 1 gives 64 zeros (which
/// do not verify). Nothing if the bytes are not a pair of integers.
[[nodiscard]] std::optional<CompactSignature> parse_lax_der(ByteSpan der);

}  // namespace daler::crypto
