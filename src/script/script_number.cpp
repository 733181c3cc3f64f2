#include <daler/script/script_number.h>

#include <daler/util/ensure.h>

#include <algorithm>

namespace daler::script {
namespace {

constexpr std::uint8_t sign_bit = 0x80;

// The last byte is needed if it carries more than a sign, or if the one before it has its highest
// bit in use.
bool is_minimal(ByteSpan bytes) {
    if (bytes.empty()) return true;
    if ((bytes.back() & ~sign_bit) != 0) return true;
    return bytes.size() > 1 && (bytes[bytes.size() - 2] & sign_bit) != 0;
}

}  // namespace

std::optional<std::int64_t> decode_number(ByteSpan bytes, bool minimal, std::size_t max_size) {
    ensure(max_size <= 8);
    if (bytes.size() > max_size) return std::nullopt;
    if (minimal && !is_minimal(bytes)) return std::nullopt;
    if (bytes.empty()) return 0;

    std::uint64_t magnitude = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        magnitude |= std::uint64_t{bytes[i]} << (8 * i);
    const std::uint64_t sign = std::uint64_t{sign_bit} << (8 * (bytes.size() - 1));
    const bool negative = (magnitude & sign) != 0;
    const auto value = static_cast<std::int64_t>(magnitude & ~sign);
    return negative ? -value : value;
}

NumberBytes encode_number(std::int64_t number) {
    NumberBytes out{};
    const bool negative = number < 0;
    auto magnitude = static_cast<std::uint64_t>(number);
    if (negative) magnitude = 0 - magnitude;
    for (; magnitude != 0; magnitude >>= 8)
        out.data[out.size++] = static_cast<std::uint8_t>(magnitude);
    if (out.size == 0) return out;
    if (out.data[out.size - 1] & sign_bit) out.data[out.size++] = 0;
    if (negative) out.data[out.size - 1] |= sign_bit;
    return out;
}

bool is_true(ByteSpan element) {
    if (element.empty()) return false;
    const auto last = element.back();
    if (last != 0 && last != sign_bit) return true;
    return std::ranges::any_of(element.first(element.size() - 1),
                               [](std::uint8_t byte) { return byte != 0; });
}

}  // namespace daler::script
