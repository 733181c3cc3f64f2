#pragma once

#include <daler/encoding/bytes.h>

#include <optional>

namespace daler::script {

/// The longest number that arithmetic takes; lock times take 5 bytes.
inline constexpr std::size_t max_number_size = 4;
inline constexpr std::size_t max_lock_time_size = 5;

/// The number that `bytes` encode: little-endian magnitude, the sign in the highest bit of the
/// last byte; empty is zero. Nothing if they are longer than `max_size` (at most 8), or, if
/// `minimal`, longer than the number needs (BIP 62 rule 4).
[[nodiscard]] std::optional<std::int64_t> decode_number(ByteSpan bytes, bool minimal,
                                                        std::size_t max_size = max_number_size);

/// A number in its shortest form, without allocation.
struct NumberBytes {
    std::array<std::uint8_t, 9> data;
    std::uint8_t size;

    [[nodiscard]] ByteSpan bytes() const { return {data.data(), size}; }
};
[[nodiscard]] NumberBytes encode_number(std::int64_t number);

/// The value of a stack element as a condition: false if empty, all zeros, or zeros with a sign.
[[nodiscard]] bool is_true(ByteSpan element);

}  // namespace daler::script
