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
    static constexpr std::array<std::uint64_t, 5> generator{
        0xf5dee51989, 0xa9fdca3312, 0x1bab10e32d, 0x3706b1677a, 0x644d626ffd};
    // What each value of the top five bits adds.
    static constexpr auto effects = [] {
        std::array<std::uint64_t, 32> out{};
        for (std::size_t top = 0; top < out.size(); ++top)
            for (std::size_t i = 0; i < generator.size(); ++i)
                if (top >> i & 1) out[top] ^= generator[i];
        return out;
    }();
    return ((state & 0x7ffffffff) << 5 ^ symbol) ^ effects[state >> 35];
}

/// The place of each character among input_characters; not_a_place: not there.
constexpr std::uint8_t not_a_place = 0xff;
constexpr auto character_places = [] {
    std::array<std::uint8_t, 256> out{};
    out.fill(not_a_place);
    for (std::size_t i = 0; i < input_characters.size(); ++i)
        out[static_cast<std::uint8_t>(input_characters[i])] = static_cast<std::uint8_t>(i);
    return out;
}();

}  // namespace

std::optional<std::string> checksum(std::string_view text) {
    std::uint64_t state = 1;
    std::uint64_t groups = 0;
    unsigned group_count = 0;
    for (const char c : text) {
        const std::uint64_t position = character_places[static_cast<std::uint8_t>(c)];
        if (position == not_a_place) return std::nullopt;
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
