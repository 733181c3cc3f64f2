#include <daler/encoding/base58.h>

#include <algorithm>
#include <vector>

namespace daler {
namespace {

// No 0, O, I and l: they look alike.
constexpr std::string_view alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::string_view white_space = " \f\n\r\t\v";

constexpr std::array<std::int8_t, 256> values = [] {
    std::array<std::int8_t, 256> out{};
    out.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        out[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
    return out;
}();

// A byte is log(256)/log(58) = 1.366 characters.
constexpr std::size_t max_text_size(std::size_t bytes) {
    return bytes * 138 / 100 + 1;
}

// The conversions take several digits at a time, as one digit of a larger base.
constexpr std::size_t chars_per_limb = 5;
constexpr std::size_t bytes_per_limb = 4;

constexpr std::uint64_t power(std::uint64_t base, std::size_t exponent) {
    std::uint64_t out = 1;
    while (exponent-- > 0)
        out *= base;
    return out;
}

using Limbs = std::vector<std::uint32_t>;

// Multiplies the number in `limbs` (little-endian, base `base`) by `factor` and adds `carry`. The
// base and the factor are at most 2^32, the carry is less than the factor.
void multiply_add(Limbs& limbs, std::uint64_t base, std::uint64_t factor, std::uint64_t carry) {
    for (std::uint32_t& limb : limbs) {
        carry += limb * factor;
        limb = static_cast<std::uint32_t>(carry % base);
        carry /= base;
    }
    for (; carry > 0; carry /= base)
        limbs.push_back(static_cast<std::uint32_t>(carry % base));
}

// The digits of a number in base `base`, the most significant first, without zeros before them.
// Each limb is `digits_per_limb` of them.
Bytes digits_of(const Limbs& limbs, std::uint64_t base, std::size_t digits_per_limb) {
    Bytes digits;
    digits.reserve(limbs.size() * digits_per_limb);
    for (std::uint64_t limb : limbs)
        for (std::size_t i = 0; i < digits_per_limb; ++i, limb /= base)
            digits.push_back(static_cast<std::uint8_t>(limb % base));
    while (!digits.empty() && digits.back() == 0)
        digits.pop_back();
    std::ranges::reverse(digits);
    return digits;
}

}  // namespace

std::string base58_encode(ByteSpan bytes) {
    const auto significant = std::ranges::find_if(bytes, [](auto byte) { return byte != 0; });
    const auto zeros = static_cast<std::size_t>(significant - bytes.begin());

    Limbs number;
    for (auto rest = bytes.subspan(zeros); !rest.empty();) {
        const auto chunk = rest.first(std::min(bytes_per_limb, rest.size()));
        std::uint64_t value = 0;
        for (const std::uint8_t byte : chunk)
            value = value << 8U | byte;
        multiply_add(number, power(58, chars_per_limb), power(256, chunk.size()), value);
        rest = rest.subspan(chunk.size());
    }

    std::string out(zeros, alphabet[0]);
    for (const auto digit : digits_of(number, 58, chars_per_limb))
        out += alphabet[digit];
    return out;
}

std::optional<Bytes> base58_decode(std::string_view text, std::size_t max_size) {
    const std::size_t first = text.find_first_not_of(white_space);
    if (first == std::string_view::npos) return Bytes{};
    text = text.substr(first, text.find_last_not_of(white_space) - first + 1);
    if (text.size() > max_text_size(max_size)) return std::nullopt;

    const std::size_t zeros = std::min(text.find_first_not_of(alphabet[0]), text.size());
    Limbs number;
    for (auto rest = text.substr(zeros); !rest.empty();) {
        const auto chunk = rest.substr(0, chars_per_limb);
        std::uint64_t value = 0;
        for (const char c : chunk) {
            const int digit = values[static_cast<std::uint8_t>(c)];
            if (digit < 0) return std::nullopt;
            value = value * 58 + static_cast<std::uint64_t>(digit);
        }
        multiply_add(number, power(256, bytes_per_limb), power(58, chunk.size()), value);
        rest.remove_prefix(chunk.size());
    }
    Bytes out = digits_of(number, 256, bytes_per_limb);
    if (zeros + out.size() > max_size) return std::nullopt;
    out.insert(out.begin(), zeros, 0);
    return out;
}

}  // namespace daler
