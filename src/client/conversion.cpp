#include <daler/client/conversion.h>

#include <algorithm>

namespace daler::client {
namespace {

bool has_name(std::string_view names, std::string_view name) {
    for (;;) {
        const auto end = names.find('|');
        if (names.substr(0, end) == name) return true;
        if (end == std::string_view::npos) return false;
        names.remove_prefix(end + 1);
    }
}

/// The rule for one argument of `method` that `matches`; null if it is a text.
template <class Matches>
const Conversion* find_rule(ConversionTable table, std::string_view method, Matches matches) {
    const auto rows = std::ranges::equal_range(table, method, {}, &Conversion::method);
    const auto found = std::ranges::find_if(rows, matches);
    return found == rows.end() ? nullptr : &*found;
}

Result<Json, std::string> convert(const Conversion* rule, std::string_view word) {
    if (!rule) return Json(word);
    auto parsed = Json::parse(word);
    if (parsed) return std::move(*parsed);
    const bool begun = word.starts_with('[') || word.starts_with('{') || word.starts_with('"');
    if (rule->rule == Rule::json_or_text && !begun) return Json(word);
    return fail("Error parsing JSON: " + std::string(word));
}

Result<Json, std::string> convert_at(ConversionTable table, std::string_view method,
                                     std::size_t position, std::string_view word) {
    return convert(
        find_rule(table, method,
                  [position](const Conversion& row) { return row.position == position; }),
        word);
}

}  // namespace

Result<Json, std::string> positional_params(ConversionTable table, std::string_view method,
                                            std::span<const std::string> words) {
    Json params = Json::array();
    for (const std::string& word : words) {
        auto value = convert_at(table, method, params.size(), word);
        if (!value) return value;
        params.push(std::move(*value));
    }
    return params;
}

Result<Json, std::string> named_params(ConversionTable table, std::string_view method,
                                       std::span<const std::string> words) {
    Json params = Json::object();
    Json positional = Json::array();
    for (const std::string& word : words) {
        const auto equals = word.find('=');
        if (equals == std::string::npos) {
            auto value = convert_at(table, method, positional.size(), word);
            if (!value) return value;
            positional.push(std::move(*value));
            continue;
        }
        const std::string_view name = std::string_view(word).substr(0, equals);
        const auto* rule = find_rule(
            table, method, [name](const Conversion& row) { return has_name(row.names, name); });
        auto value = convert(rule, std::string_view(word).substr(equals + 1));
        if (!value) return value;
        // A later value of the same name replaces an earlier one, so that scripts can merge lists.
        params.set(name, std::move(*value));
    }
    if (!positional.empty()) params.append("args", std::move(positional));
    return params;
}

}  // namespace daler::client
