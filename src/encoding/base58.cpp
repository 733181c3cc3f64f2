#include <daler/encoding/base58.h>

#include <algorithm>

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

// Multiplies the number in `digits` (little-endian, base `base`) by `factor` and adds `carry`.
void multiply_add(Bytes& digits, unsigned base, unsigned factor, unsigned carry) {
    for (std::uint8_t& digit : digits) {
        carry += digit * factor;
        digit = static_cast<std::uint8_t>(carry % base);
        carry /= base;
    }
    for (; carry > 0; carry /= base)
        digits.push_back(static_cast<std::uint8_t>(carry % base));
}

}  // namespace

std::string base58_encode(ByteSpan bytes) {
    const auto significant = std::ranges::find_if(bytes, [](auto byte) { return byte != 0; });
    const auto zeros = static_cast<std::size_t>(significant - bytes.begin());

    Bytes digits;
    digits.reserve(max_text_size(bytes.size()));
    for (const std::uint8_t byte : bytes.subspan(zeros))
        multiply_add(digits, 58, 256, byte);

    std::string out(zeros, alphabet[0]);
    out.reserve(zeros + digits.size());
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit)
        out += alphabet[*digit];
    return out;
}

std::optional<Bytes> base58_decode(std::string_view text, std::size_t max_size) {
    const std::size_t first = text.find_first_not_of(white_space);
    if (first == std::string_view::npos) return Bytes{};
    text = text.substr(first, text.find_last_not_of(white_space) - first + 1);
    if (text.size() > max_text_size(max_size)) return std::nullopt;

    const std::size_t zeros = std::min(text.find_first_not_of(alphabet[0]), text.size());
    Bytes number;
    number.reserve(text.size());
    for (const char c : text.substr(zeros)) {
        const int value = values[static_cast<std::uint8_t>(c)];
        if (value < 0) return std::nullopt;
        multiply_add(number, 256, 58, static_cast<unsigned>(value));
    }
    if (zeros + number.size() > max_size) return std::nullopt;
    number.resize(zeros + number.size());
    std::ranges::reverse(number);
    return number;
}

}  // namespace daler
