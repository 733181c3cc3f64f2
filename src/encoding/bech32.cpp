#include <daler/encoding/bech32.h>

#include <daler/util/ensure.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace daler {
namespace {

constexpr std::string_view alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr char separator = '1';
constexpr std::size_t checksum_size = 6;
constexpr std::array kinds{Bech32Kind::bech32, Bech32Kind::bech32m};

constexpr std::array<std::int8_t, 128> numbers = [] {
    std::array<std::int8_t, 128> out{};
    out.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        out[static_cast<std::size_t>(alphabet[i])] = static_cast<std::int8_t>(i);
    return out;
}();

// The remainder of a valid text (BIP 173, BIP 350).
constexpr std::uint32_t target(Bech32Kind kind) {
    return kind == Bech32Kind::bech32 ? 1 : 0x2bc830a3;
}

constexpr std::array<std::uint32_t, 5> generator{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                                 0x2a1462b3};

// What each value of the top five bits of the remainder adds to the next one.
constexpr std::array<std::uint32_t, 32> effects = [] {
    std::array<std::uint32_t, 32> out{};
    for (std::size_t top = 0; top < out.size(); ++top)
        for (std::size_t i = 0; i < generator.size(); ++i)
            if (top >> i & 1) out[top] ^= generator[i];
    return out;
}();

// Adds one more value to the remainder of the division by the generator polynomial, whose
// coefficients are six values of five bits packed into 30 bits.
constexpr std::uint32_t step(std::uint32_t remainder, std::uint32_t value) {
    return ((remainder & 0x1ffffff) << 5 ^ value) ^ effects[remainder >> 25];
}

std::uint32_t remainder_of(std::string_view prefix, ByteSpan values) {
    std::uint32_t out = 1;
    for (const char c : prefix)
        out = step(out, static_cast<std::uint32_t>(c) >> 5);
    out = step(out, 0);
    for (const char c : prefix)
        out = step(out, static_cast<std::uint32_t>(c) & 31);
    for (const std::uint8_t value : values)
        out = step(out, value);
    return out;
}

constexpr bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
constexpr bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

// Positions of characters that no bech32 text has, or of another case than the first letter.
std::vector<std::size_t> bad_positions(std::string_view text) {
    std::vector<std::size_t> out;
    bool upper = false;
    bool lower = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (is_lower(c) && !upper)
            lower = true;
        else if (is_upper(c) && !lower)
            upper = true;
        else if (is_lower(c) || is_upper(c) || c < 33 || c > 126)
            out.push_back(i);
    }
    return out;
}

// The positions, counted from the end, where a change of one value, or else of two, corrects a
// remainder that differs by `difference` from the right one. The remainder is linear: the effect
// of a change does not depend on the other values. The code has distance five, so for 90
// characters the answer is unique.
std::vector<std::size_t> find_changes(std::uint32_t difference, std::size_t size) {
    struct Change {
        std::size_t place;
        std::uint32_t effect;
    };
    std::vector<Change> changes;
    changes.reserve(size * 31);
    for (std::uint32_t value = 1; value < 32; ++value) {
        std::uint32_t effect = value;
        for (std::size_t place = 0; place < size; ++place) {
            changes.push_back({place, effect});
            effect = step(effect, 0);
        }
    }
    std::unordered_map<std::uint32_t, std::size_t> place_of;
    for (const auto& change : changes) {
        if (change.effect == difference) return {change.place};
        place_of.emplace(change.effect, change.place);
    }
    for (const auto& change : changes) {
        const auto other = place_of.find(difference ^ change.effect);
        if (other != place_of.end() && other->second != change.place)
            return {change.place, other->second};
    }
    return {};
}

// Reports the kind of checksum that needs fewer changes to be right.
Bech32Error locate_errors(std::uint32_t remainder, std::size_t values, std::size_t text_size) {
    Bech32Error error{"Invalid checksum", {}};
    for (const Bech32Kind kind : kinds) {
        auto places = find_changes(remainder ^ target(kind), values);
        if (places.empty()) continue;
        if (!error.positions.empty() && places.size() >= error.positions.size()) continue;
        for (std::size_t& place : places)
            place = text_size - 1 - place;
        std::ranges::sort(places);
        error = {
            kind == Bech32Kind::bech32 ? "Invalid Bech32 checksum" : "Invalid Bech32m checksum",
            std::move(places)};
    }
    return error;
}

}  // namespace

std::string bech32_encode(const Bech32& parts) {
    Bytes values = parts.values;
    values.resize(values.size() + checksum_size);
    const std::uint32_t checksum = remainder_of(parts.prefix, values) ^ target(parts.kind);
    for (std::size_t i = 0; i < checksum_size; ++i) {
        values[parts.values.size() + i] =
            static_cast<std::uint8_t>(checksum >> 5 * (checksum_size - 1 - i) & 31);
    }
    std::string out = parts.prefix + separator;
    for (const std::uint8_t value : values) {
        ensure(value < alphabet.size());
        out += alphabet[value];
    }
    return out;
}

Result<Bech32, Bech32Error> bech32_decode(std::string_view text) {
    if (text.size() > max_bech32_size) {
        std::vector<std::size_t> beyond(std::min(text.size(), 2 * max_bech32_size) -
                                        max_bech32_size);
        std::iota(beyond.begin(), beyond.end(), max_bech32_size);
        return fail(Bech32Error{"Bech32 string too long", std::move(beyond)});
    }
    if (auto wrong = bad_positions(text); !wrong.empty())
        return fail(Bech32Error{"Invalid character or mixed case", std::move(wrong)});
    const std::size_t split = text.rfind(separator);
    if (split == std::string_view::npos) return fail(Bech32Error{"Missing separator", {}});
    if (split == 0 || split + checksum_size >= text.size())
        return fail(Bech32Error{"Invalid separator position", {split}});

    const auto lower = [](char c) { return is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c; };
    Bech32 out{Bech32Kind::bech32, std::string(text.substr(0, split)), {}};
    std::ranges::transform(out.prefix, out.prefix.begin(), lower);
    for (std::size_t i = split + 1; i < text.size(); ++i) {
        const int value = numbers[static_cast<std::size_t>(lower(text[i]))];
        if (value < 0) return fail(Bech32Error{"Invalid Base 32 character", {i}});
        out.values.push_back(static_cast<std::uint8_t>(value));
    }

    const std::uint32_t remainder = remainder_of(out.prefix, out.values);
    const auto kind = std::ranges::find(kinds, remainder, target);
    if (kind == kinds.end()) return fail(locate_errors(remainder, out.values.size(), text.size()));
    out.kind = *kind;
    out.values.resize(out.values.size() - checksum_size);
    return out;
}

Bytes to_five_bits(ByteSpan bytes) {
    Bytes out;
    out.reserve((bytes.size() * 8 + 4) / 5);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const std::uint8_t byte : bytes) {
        bits = bits << 8 | byte;
        for (held += 8; held >= 5; held -= 5)
            out.push_back(static_cast<std::uint8_t>(bits >> (held - 5) & 31));
    }
    if (held > 0) out.push_back(static_cast<std::uint8_t>(bits << (5 - held) & 31));
    return out;
}

std::optional<Bytes> from_five_bits(ByteSpan values) {
    Bytes out;
    out.reserve(values.size() * 5 / 8);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const std::uint8_t value : values) {
        if (value > 31) return std::nullopt;
        bits = bits << 5 | value;
        held += 5;
        if (held >= 8) {
            held -= 8;
            out.push_back(static_cast<std::uint8_t>(bits >> held));
        }
    }
    if (held >= 5 || (bits & ((1u << held) - 1)) != 0) return std::nullopt;
    return out;
}

}  // namespace daler
