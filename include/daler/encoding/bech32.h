#pragma once

#include <daler/encoding/bytes.h>

#include <optional>
#include <string>

namespace daler {

/// The two checksums: BIP 173 (version 0 segwit addresses) and BIP 350 (later versions).
enum class Bech32Kind : std::uint8_t { bech32, bech32m };

/// The parts of a bech32 text.
struct Bech32 {
    Bech32Kind kind;
    std::string prefix;  ///< the human-readable part, lower case
    Bytes values;        ///< numbers 0 to 31, without the checksum

    bool operator==(const Bech32&) const = default;
};

/// Why a text is not bech32.
struct Bech32Error {
    std::string message;  ///< bitcoind's words, for example "Invalid Bech32 checksum"
    std::vector<std::size_t> positions;  ///< indices of the characters that are probably wrong
};

/// The longest text that the checksum is designed for (BIP 173).
inline constexpr std::size_t max_bech32_size = 90;

/// The text, in lower case. Requires a prefix of 1 to 83 characters from 33 to 126, none of them a
/// capital letter, and values below 32.
[[nodiscard]] std::string bech32_encode(const Bech32& parts);

/// Reads a text of at most max_bech32_size characters in one case. If its checksum is wrong, one or
/// two mistyped characters are located.
[[nodiscard]] Result<Bech32, Bech32Error> bech32_decode(std::string_view text);

/// `bytes` regrouped into numbers of five bits, the last one padded with zero bits.
[[nodiscard]] Bytes to_five_bits(ByteSpan bytes);

/// The reverse; nothing if a value is above 31, the padding is not zero or there is a value too
/// many.
[[nodiscard]] std::optional<Bytes> from_five_bits(ByteSpan values);

}  // namespace daler
