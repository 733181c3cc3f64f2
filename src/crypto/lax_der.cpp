#include "lax_der.h"

#include <algorithm>

namespace daler::crypto {
namespace {

constexpr std::uint8_t sequence_tag = 0x30;
constexpr std::uint8_t integer_tag = 0x02;
constexpr std::uint8_t long_form =
    0x80;  // in a length byte: the low bits count the length's own bytes

// A length of more significant bytes than this was refused.
constexpr std::size_t max_length_bytes = 3;

// Reads one INTEGER: its content without leading zeros. Nothing if there is none.
std::optional<ByteSpan> take_integer(ByteReader& in) {
    if (in.u8() != integer_tag) return std::nullopt;
    std::size_t length = in.u8();
    if (length & long_form) {
        ByteSpan digits = in.bytes(length - long_form);
        while (!digits.empty() && digits[0] == 0)
            digits = digits.subspan(1);
        if (digits.size() > max_length_bytes) return std::nullopt;
        length = 0;
        for (const std::uint8_t digit : digits)
            length = length << 8 | digit;
    }
    ByteSpan number = in.bytes(length);
    if (!in.ok()) return std::nullopt;
    while (!number.empty() && number[0] == 0)
        number = number.subspan(1);
    return number;
}

}  // namespace

std::optional<CompactSignature> parse_lax_der(ByteSpan der) {
    ByteReader in(der);
    if (in.u8() != sequence_tag) return std::nullopt;
    if (const std::uint8_t length = in.u8(); length & long_form) in.bytes(length - long_form);
    const auto r = take_integer(in);
    if (!r) return std::nullopt;
    const auto s = take_integer(in);
    if (!s) return std::nullopt;

    CompactSignature out{};
    if (r->size() > 32 || s->size() > 32) return out;
    std::ranges::copy_backward(*r, out.begin() + 32);
    std::ranges::copy_backward(*s, out.end());
    return out;
}

}  // namespace daler::crypto
