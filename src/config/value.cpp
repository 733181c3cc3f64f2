#include "value.h"

#include <daler/primitives/amount.h>
#include <daler/primitives/u256.h>

#include <fmt/format.h>

#include <charconv>

namespace daler::config {
namespace {

std::string expected_integer(const Option& option) {
    using Limits = std::numeric_limits<std::int64_t>;
    if (option.min == Limits::min() && option.max == Limits::max()) return "a whole number";
    if (option.max == Limits::max()) return fmt::format("a whole number from {}", option.min);
    return fmt::format("a whole number from {} to {}", option.min, option.max);
}

std::string_view without_0x(std::string_view text) {
    return text.starts_with("0x") ? text.substr(2) : text;
}

}  // namespace

std::string_view trim(std::string_view text) {
    constexpr std::string_view space = " \f\n\r\t\v";
    const auto begin = text.find_first_not_of(space);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    text = trim(text);
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::string> check_value(const Option& option, std::string_view text) {
    const auto malformed = [&](std::string_view expected) {
        return fmt::format("Invalid value '{}' for -{}: {} is expected", text, option.name,
                           expected);
    };
    const auto missing = [&] {
        return fmt::format("Can not set -{0} with no value. Please specify value with -{0}=value.",
                           option.name);
    };
    switch (option.kind) {
        case Kind::flag:
            if (!text.empty() && !parse_integer(text)) return malformed("0 or 1");
            break;
        case Kind::integer: {
            if (text.empty()) return missing();
            const auto value = parse_integer(text);
            if (!value || *value < option.min || *value > option.max)
                return malformed(expected_integer(option));
            break;
        }
        case Kind::amount: {
            if (text.empty()) return missing();
            const auto value = Amount::from_text(text);
            if (!value || !is_money(*value))
                return malformed("an amount with at most eight decimals");
            break;
        }
        case Kind::hash:
            if (text.empty()) return missing();
            if (!U256::from_hex(without_0x(text))) return malformed("up to 64 hex digits");
            break;
        case Kind::text:
        case Kind::path:
        case Kind::list:
            break;
    }
    return std::nullopt;
}

}  // namespace daler::config
