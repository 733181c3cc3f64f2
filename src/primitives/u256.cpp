#include <daler/primitives/u256.h>

#include <daler/util/ensure.h>

#include <bit>
#include <cmath>
#include <cstring>

namespace daler {
namespace {

// __extension__: gcc and clang both have 128-bit integers, which pedantic mode would report.
__extension__ using Wide = unsigned __int128;

}  // namespace

U256 U256::from_little_endian(const crypto::Digest256& bytes) {
    static_assert(std::endian::native == std::endian::little);
    U256 out;
    std::memcpy(out.limbs_.data(), bytes.data(), bytes.size());
    return out;
}

crypto::Digest256 U256::to_little_endian() const {
    crypto::Digest256 out;
    std::memcpy(out.data(), limbs_.data(), out.size());
    return out;
}

std::optional<U256> U256::from_hex(std::string_view text) {
    if (text.empty() || text.size() > 64) return std::nullopt;
    const auto padded = std::string(64 - text.size(), '0') + std::string(text);
    const auto hash = Hash256::from_hex(padded);
    if (!hash) return std::nullopt;
    return from_little_endian(hash->bytes);
}

std::string U256::to_hex() const {
    return Hash256{to_little_endian()}.to_hex();
}

U256 U256::operator+(const U256& other) const {
    U256 out;
    Wide carry = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        carry += Wide{limbs_[i]} + other.limbs_[i];
        out.limbs_[i] = static_cast<std::uint64_t>(carry);
        carry >>= 64;
    }
    return out;
}

U256 U256::operator-(const U256& other) const {
    return *this + ~other + U256{1};
}

U256 U256::operator*(std::uint64_t factor) const {
    U256 out;
    Wide carry = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        carry += Wide{limbs_[i]} * factor;
        out.limbs_[i] = static_cast<std::uint64_t>(carry);
        carry >>= 64;
    }
    return out;
}

U256 U256::operator/(const U256& divisor) const {
    ensure(!divisor.is_zero());
    U256 rest = *this;
    U256 quotient;
    const unsigned own = bit_length();
    const unsigned its = divisor.bit_length();
    if (its > own) return quotient;
    U256 shifted = divisor << (own - its);
    for (unsigned bit = own - its + 1; bit-- > 0; shifted = shifted >> 1) {
        if (shifted > rest) continue;
        rest -= shifted;
        quotient.limbs_[bit / 64] |= std::uint64_t{1} << (bit % 64);
    }
    return quotient;
}

U256 U256::operator~() const {
    U256 out;
    for (std::size_t i = 0; i < 4; ++i)
        out.limbs_[i] = ~limbs_[i];
    return out;
}

U256 U256::operator<<(unsigned bits) const {
    U256 out;
    if (bits >= 256) return out;
    const std::size_t whole = bits / 64;
    const unsigned part = bits % 64;
    for (std::size_t i = 3 + 1; i-- > whole;) {
        out.limbs_[i] = limbs_[i - whole] << part;
        if (part != 0 && i > whole) out.limbs_[i] |= limbs_[i - whole - 1] >> (64 - part);
    }
    return out;
}

U256 U256::operator>>(unsigned bits) const {
    U256 out;
    if (bits >= 256) return out;
    const std::size_t whole = bits / 64;
    const unsigned part = bits % 64;
    for (std::size_t i = 0; i + whole < 4; ++i) {
        out.limbs_[i] = limbs_[i + whole] >> part;
        if (part != 0 && i + whole + 1 < 4) out.limbs_[i] |= limbs_[i + whole + 1] << (64 - part);
    }
    return out;
}

unsigned U256::bit_length() const {
    for (std::size_t i = 4; i-- > 0;)
        if (limbs_[i] != 0)
            return static_cast<unsigned>(64 * i) + static_cast<unsigned>(std::bit_width(limbs_[i]));
    return 0;
}

double U256::to_double() const {
    double out = 0;
    for (std::size_t i = 4; i-- > 0;)
        out = std::ldexp(out, 64) + static_cast<double>(limbs_[i]);
    return out;
}

std::strong_ordering U256::operator<=>(const U256& other) const {
    for (std::size_t i = 4; i-- > 0;)
        if (limbs_[i] != other.limbs_[i]) return limbs_[i] <=> other.limbs_[i];
    return std::strong_ordering::equal;
}

}  // namespace daler
