#include <daler/primitives/amount.h>

#include <array>
#include <charconv>
#include <limits>

namespace daler {
namespace {

constexpr int decimals = 8;
constexpr int max_digits = 18;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

std::string Amount::to_text() const {
    const bool negative = satoshis_ < 0;
    const std::uint64_t size = negative ? 0 - static_cast<std::uint64_t>(satoshis_)
                                        : static_cast<std::uint64_t>(satoshis_);
    // Digit by digit, because large answers of RPC have many amounts.
    std::array<char, 32> text;
    char* const end = text.data() + text.size();
    char* at = end;
    std::uint64_t rest = size;
    for (int digits = 0; rest > 0 || digits <= decimals; ++digits) {
        if (digits == decimals) *--at = '.';
        *--at = static_cast<char>('0' + rest % 10);
        rest /= 10;
    }
    if (negative) *--at = '-';
    return {at, end};
}

std::string Amount::to_short_text() const {
    std::string text = to_text();
    const std::size_t shortest = text.size() - (decimals - 2);
    while (text.size() > shortest && text.back() == '0')
        text.pop_back();
    return text;
}

namespace {

/// The number behind the 'e' of a number in scientific notation, between -64 and 64.
std::optional<int> parse_exponent(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) return std::nullopt;
    }
    int exponent = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, exponent);
    if (error != std::errc{} || stop != end || exponent < -64 || exponent > 64) return std::nullopt;
    return exponent;
}

}  // namespace

std::optional<Amount> Amount::from_text(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);

    if (text.size() > 1 && text[0] == '0' && is_digit(text[1])) return std::nullopt;

    // Digits are collected into one integer; `scale` is the number of digits after the point.
    std::uint64_t digits = 0;
    int digit_count = 0;
    std::int64_t scale = 0;
    std::size_t i = 0;
    bool any = false;
    bool behind_point = false;
    std::int64_t trailing_zeros = 0;
    for (; i < text.size() && (is_digit(text[i]) || text[i] == '.'); ++i) {
        if (text[i] == '.') {
            if (behind_point || !any) return std::nullopt;
            behind_point = true;
            any = false;
            continue;
        }
        any = true;
        if (behind_point) ++scale;
        if (text[i] == '0') {
            ++trailing_zeros;
            continue;
        }
        for (; trailing_zeros > 0 && digits != 0; --trailing_zeros) {
            if (++digit_count > max_digits) return std::nullopt;
            digits *= 10;
        }
        trailing_zeros = 0;
        if (++digit_count > max_digits) return std::nullopt;
        digits = digits * 10 + static_cast<std::uint64_t>(text[i] - '0');
    }
    if (!any) return std::nullopt;
    if (i < text.size()) {
        if (text[i] != 'e' && text[i] != 'E') return std::nullopt;
        const auto exponent = parse_exponent(text.substr(i + 1));
        if (!exponent) return std::nullopt;
        scale -= *exponent;
    }
    if (digits == 0) return Amount{0};
    std::int64_t power = decimals - scale + trailing_zeros;
    if (power < 0) return std::nullopt;  // finer than a satoshi
    for (; power > 0; --power) {
        if (digits > std::uint64_t{std::numeric_limits<std::int64_t>::max()} / 10)
            return std::nullopt;
        digits *= 10;
    }
    const auto size = static_cast<std::int64_t>(digits);
    return Amount{negative ? -size : size};
}

}  // namespace daler
