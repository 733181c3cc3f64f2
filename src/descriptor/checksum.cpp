#include <daler/descriptor/descriptor.h>

namespace daler::descriptor {
namespace {

// BIP 380: the characters of descriptors in groups of 32, so that typical errors change one symbol.
constexpr std::string_view input_characters =
    "0123456789()[],'/*abcdefgh@:$%{}"
    "IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~"
    "ijklmnopqrstuvwxyzABCDEFGH`#\"\\ ";
constexpr std::string_view checksum_characters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t checksum_size = 8;

/// One step of the code of BIP 380: a polynomial over GF(32), five bits per symbol.
std::uint64_t add_symbol(std::uint64_t state, std::uint64_t symbol) {
    constexpr std::array<std::uint64_t, 5> generator{0xf5dee51989, 0xa9fdca3312, 0x1bab10e32d,
                                                     0x3706b1677a, 0x644d626ffd};
    const std::uint64_t top = state >> 35;
    state = (state & 0x7ffffffff) << 5 ^ symbol;
    for (std::size_t i = 0; i < generator.size(); ++i)
        if (top >> i & 1) state ^= generator[i];
    return state;
}

}  // namespace

std::optional<std::string> checksum(std::string_view text) {
    std::uint64_t state = 1;
    std::uint64_t groups = 0;
    unsigned group_count = 0;
    for (const char c : text) {
        const auto position = input_characters.find(c);
        if (position == std::string_view::npos) return std::nullopt;
        state = add_symbol(state, position & 31);
        // The groups of three characters make one more symbol.
        groups = groups * 3 + (position >> 5);
        if (++group_count == 3) {
            state = add_symbol(state, groups);
            groups = group_count = 0;
        }
    }
    if (group_count > 0) state = add_symbol(state, groups);
    for (std::size_t i = 0; i < checksum_size; ++i)
        state = add_symbol(state, 0);
    state ^= 1;

    std::string out;
    for (std::size_t i = 0; i < checksum_size; ++i)
        out.push_back(checksum_characters[state >> 5 * (checksum_size - 1 - i) & 31]);
    return out;
}

}  // namespace daler::descriptor
