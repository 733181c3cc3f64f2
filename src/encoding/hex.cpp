#include <daler/encoding/hex.h>

#include <algorithm>

namespace daler {
namespace {

constexpr std::string_view digits = "0123456789abcdef";
constexpr std::uint8_t not_a_digit = 0xff;

constexpr std::array<char, 512> pairs = [] {
    std::array<char, 512> out{};
    for (std::size_t i = 0; i < 256; ++i) {
        out[2 * i] = digits[i >> 4];
        out[2 * i + 1] = digits[i & 15];
    }
    return out;
}();

constexpr std::array<std::uint8_t, 256> values = [] {
    std::array<std::uint8_t, 256> out{};
    out.fill(not_a_digit);
    for (std::size_t i = 0; i < 10; ++i)
        out['0' + i] = static_cast<std::uint8_t>(i);
    for (std::size_t i = 0; i < 6; ++i)
        out['a' + i] = out['A' + i] = static_cast<std::uint8_t>(10 + i);
    return out;
}();

/// The eight digits of four bytes, in the order of the bytes. All eight are computed at once, each
/// in one byte of a 64-bit number.
constexpr std::uint64_t digits_of(std::uint64_t four) {
    constexpr std::uint64_t each = 0x0101010101010101;
    std::uint64_t spread = (four | four << 16) & 0x0000ffff0000ffff;
    spread = (spread | spread << 8) & 0x00ff00ff00ff00ff;
    const std::uint64_t nibbles = (spread >> 4 & 0x000f000f000f000f) | (spread & 0x000f000f000f000f)
                                                                           << 8;
    // 1 in each byte that is 10 or more: adding 6 carries into bit 4.
    const std::uint64_t letters = (nibbles + 6 * each) >> 4 & each;
    return nibbles + '0' * each + letters * ('a' - '0' - 10);
}

constexpr std::uint8_t value_of(char c) {
    return values[static_cast<std::uint8_t>(c)];
}

}  // namespace

void write_hex(ByteSpan bytes, char* to) {
    const std::uint8_t* from = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 4; left -= 4, from += 4, to += 8) {
        std::uint32_t four = 0;
        std::memcpy(&four, from, sizeof four);
        const std::uint64_t eight = digits_of(four);
        std::memcpy(to, &eight, sizeof eight);
    }
    for (; left > 0; --left, ++from, to += 2)
        std::memcpy(to, &pairs[2 * std::size_t{*from}], 2);
}

std::string to_hex(ByteSpan bytes) {
    std::string out(bytes.size() * 2, '\0');
    write_hex(bytes, out.data());
    return out;
}

bool is_hex(std::string_view text) {
    return text.size() % 2 == 0 &&
           std::ranges::all_of(text, [](char c) { return value_of(c) != not_a_digit; });
}

bool from_hex(std::string_view text, std::span<std::uint8_t> out) {
    if (text.size() != out.size() * 2) return false;
    unsigned bad = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const unsigned high = value_of(text[2 * i]);
        const unsigned low = value_of(text[2 * i + 1]);
        bad |= (high | low) & 0xf0;
        out[i] = static_cast<std::uint8_t>(high << 4 | (low & 15));
    }
    return bad == 0;
}

std::optional<Bytes> from_hex(std::string_view text) {
    Bytes out(text.size() / 2);
    if (!from_hex(text, out)) return std::nullopt;
    return out;
}

}  // namespace daler
