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

/// Sixteen bytes that the compiler computes with at once, on every processor that can.
using Sixteen = std::uint8_t __attribute__((vector_size(16)));

Sixteen digits_of(Sixteen nibbles) {
    const auto letters = reinterpret_cast<Sixteen>(nibbles > 9);  // all bits where it is true
    return nibbles + '0' + (letters & ('a' - '0' - 10));
}

/// Writes the 32 digits of 16 bytes.
void write_sixteen(const std::uint8_t* from, char* to) {
    Sixteen bytes;
    std::memcpy(&bytes, from, sizeof bytes);
    const Sixteen high = digits_of(bytes >> 4), low = digits_of(bytes & 15);
    const Sixteen first = __builtin_shufflevector(high, low, 0, 16, 1, 17, 2, 18, 3, 19,  //
                                                  4, 20, 5, 21, 6, 22, 7, 23);
    const Sixteen second = __builtin_shufflevector(high, low, 8, 24, 9, 25, 10, 26, 11, 27,  //
                                                   12, 28, 13, 29, 14, 30, 15, 31);
    std::memcpy(to, &first, sizeof first);
    std::memcpy(to + sizeof first, &second, sizeof second);
}

constexpr std::uint8_t value_of(char c) {
    return values[static_cast<std::uint8_t>(c)];
}

}  // namespace

void write_hex(ByteSpan bytes, char* to) {
    const std::uint8_t* from = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= sizeof(Sixteen); left -= sizeof(Sixteen)) {
        write_sixteen(from, to);
        from += sizeof(Sixteen);
        to += 2 * sizeof(Sixteen);
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
