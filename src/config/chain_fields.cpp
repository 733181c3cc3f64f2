#include "chain_fields.h"

#include <daler/encoding/hex.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace daler::config {
namespace {

// Error messages show the beginning of longer values.
constexpr std::size_t longest_shown = 70;

std::string shown(const Json& value) {
    std::string text = value.write();
    if (text.size() > longest_shown) text = text.substr(0, longest_shown) + "...";
    return text;
}

}  // namespace

const Json* ChainFields::find(std::string_view field) {
    known_.push_back(field);
    return object_.find(field);
}

void ChainFields::refuse(std::string_view field, std::string_view allowed) {
    if (wrong_) return;
    const Json* value = object_.find(field);
    wrong_ = fmt::format("\"{}\" must be {}, not {}", field, allowed,
                         value ? shown(*value) : std::string("its default"));
}

std::int64_t ChainFields::integer(std::string_view field, std::int64_t fallback, std::int64_t min,
                                  std::int64_t max) {
    const Json* value = find(field);
    if (!value) return fallback;
    const auto number = value->as_integer<std::int64_t>();
    if (number && *number >= min && *number <= max) return *number;
    refuse(field, fmt::format("a whole number from {} to {}", min, max));
    return fallback;
}

Amount ChainFields::amount(std::string_view field, Amount fallback, Amount max) {
    const Json* value = find(field);
    if (!value) return fallback;
    const auto amount = value->is_number() ? Amount::from_text(value->number_text()) : std::nullopt;
    if (amount && *amount >= Amount{0} && *amount <= max) return *amount;
    refuse(field, fmt::format("a number of coins from 0 to {} with at most eight decimals",
                              max.to_text()));
    return fallback;
}

std::string ChainFields::text(std::string_view field, std::string fallback,
                              std::string_view allowed, bool (*accepts)(std::string_view)) {
    const Json* value = find(field);
    if (!value) return fallback;
    if (value->is_string() && accepts(value->as_string())) return value->as_string();
    refuse(field, allowed);
    return fallback;
}

std::string ChainFields::choice(std::string_view field, std::string_view fallback,
                                std::span<const std::string_view> words) {
    const Json* value = find(field);
    if (!value) return std::string(fallback);
    if (value->is_string() && std::ranges::find(words, value->as_string()) != words.end())
        return value->as_string();
    refuse(field, fmt::format("one of \"{}\"", fmt::join(words, "\", \"")));
    return std::string(fallback);
}

std::optional<Bytes> ChainFields::hex_if_given(std::string_view field, std::size_t size) {
    const Json* value = find(field);
    if (!value) return std::nullopt;
    auto bytes = value->is_string() ? from_hex(value->as_string()) : std::nullopt;
    if (bytes && bytes->size() == size) return bytes;
    refuse(field, fmt::format("{} hex digits in quotes", 2 * size));
    return std::nullopt;
}

Bytes ChainFields::hex(std::string_view field, ByteSpan fallback) {
    return hex_if_given(field, fallback.size()).value_or(Bytes(fallback.begin(), fallback.end()));
}

Bytes ChainFields::bytes(std::string_view field, std::size_t max) {
    const Json* value = find(field);
    if (!value) return {};
    auto bytes = value->is_string() ? from_hex(value->as_string()) : std::nullopt;
    if (bytes && bytes->size() <= max) return std::move(*bytes);
    refuse(field, fmt::format("at most {} hex digits in quotes, an even number", 2 * max));
    return {};
}

U256 ChainFields::number(std::string_view field, const U256& fallback, const U256& min,
                         const U256& max) {
    const Json* value = find(field);
    if (!value) return fallback;
    const auto number = value->is_string() ? U256::from_hex(value->as_string()) : std::nullopt;
    if (number && *number >= min && *number <= max) return *number;
    refuse(field,
           fmt::format("1 to 64 hex digits in quotes, from {} to {}", min.to_hex(), max.to_hex()));
    return fallback;
}

std::optional<std::string> ChainFields::finish() {
    std::vector<std::string_view> seen;
    for (const auto& member : object_.members()) {
        if (std::ranges::find(known_, member.key) == known_.end()) {
            return fmt::format("{} is not a field of a chain; the fields are {}",
                               shown(Json(member.key)), fmt::join(known_, ", "));
        }
        if (std::ranges::find(seen, member.key) != seen.end())
            return fmt::format("\"{}\" appears twice", member.key);
        seen.push_back(member.key);
    }
    return wrong_;
}

}  // namespace daler::config
