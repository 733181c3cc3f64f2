#pragma once

#include <daler/primitives/hash.h>

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace daler {

/// An unsigned 256-bit integer: proof-of-work targets and accumulated work. Arithmetic wraps.
class U256 {
public:
    constexpr U256() = default;
    explicit constexpr U256(std::uint64_t value) : limbs_{value, 0, 0, 0} {}

    /// The number with these little-endian bytes. A hash is compared with a target in this form.
    [[nodiscard]] static U256 from_little_endian(const crypto::Digest256& bytes);
    [[nodiscard]] crypto::Digest256 to_little_endian() const;

    /// 1 to 64 hex digits, most significant first.
    [[nodiscard]] static std::optional<U256> from_hex(std::string_view text);
    /// 64 hex digits, most significant first.
    [[nodiscard]] std::string to_hex() const;

    U256 operator+(const U256& other) const;
    U256 operator-(const U256& other) const;
    U256 operator*(std::uint64_t factor) const;
    /// Requires: divisor is not zero.
    U256 operator/(const U256& divisor) const;
    U256 operator~() const;
    U256 operator<<(unsigned bits) const;
    U256 operator>>(unsigned bits) const;
    U256& operator+=(const U256& other) { return *this = *this + other; }
    U256& operator-=(const U256& other) { return *this = *this - other; }

    /// How many bits the number needs; 0 for zero.
    [[nodiscard]] unsigned bit_length() const;
    [[nodiscard]] bool is_zero() const { return *this == U256{}; }
    /// The lowest 64 bits.
    [[nodiscard]] std::uint64_t low64() const { return limbs_[0]; }
    /// The nearest double.
    [[nodiscard]] double to_double() const;

    bool operator==(const U256&) const = default;
    std::strong_ordering operator<=>(const U256& other) const;

private:
    std::array<std::uint64_t, 4> limbs_{};  ///< least significant first
};

}  // namespace daler
