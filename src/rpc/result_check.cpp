#include <daler/encoding/hex.h>
#include <daler/rpc/dispatcher.h>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace daler::rpc {
namespace {

/// What is wrong, and the path to it: ".tx[0]".
struct Misfit {
    std::string path;
    std::string text;
};
using MaybeMisfit = std::optional<Misfit>;

MaybeMisfit check_value(const Json& value, const ResultField& declared);

MaybeMisfit inside(std::string_view place, MaybeMisfit problem) {
    if (problem) problem->path.insert(0, place);
    return problem;
}

MaybeMisfit expect_that(bool is_right, std::string_view wanted) {
    if (is_right) return std::nullopt;
    return Misfit{{}, fmt::format("is not {}", wanted)};
}

bool is_whole(const Json& value) {
    return value.is_number() && value.number_text().find_first_of(".eE") == std::string::npos;
}

/// Amounts have exactly eight decimals.
bool is_amount(const Json& value) {
    constexpr std::size_t decimals = 8;
    if (!value.is_number()) return false;
    const auto& text = value.number_text();
    const auto point = text.find('.');
    return point != std::string::npos && text.size() - point - 1 == decimals &&
           text.find_first_of("eE") == std::string::npos;
}

bool is_hex(const Json& value) {
    return value.is_string() && (value.as_string().empty() || from_hex(value.as_string()));
}

/// Adds the members that `fields` declares; Type::same_fields stands for several.
void expand(const ResultFields& fields, std::vector<const ResultField*>& out) {
    for (const ResultField& field : fields)
        if (field.type == Type::same_fields)
            expand(field.fields, out);
        else
            out.push_back(&field);
}

/// The first required field of [from, to) as a missing one.
MaybeMisfit missing(auto from, auto to) {
    const auto found =
        std::find_if(from, to, [](const ResultField* field) { return !field->is_optional(); });
    if (found == to) return std::nullopt;
    return Misfit{fmt::format(".{}", (*found)->key()), "is missing or not in its place"};
}

MaybeMisfit check_members(const Json& value, const ResultField& declared) {
    std::vector<const ResultField*> fields;
    expand(declared.fields, fields);
    auto next = fields.begin();
    for (const Json::Member& given : value.members()) {
        const auto found = std::find_if(next, fields.end(), [&](const ResultField* field) {
            return field->key() == given.key;
        });
        if (found == fields.end()) {
            if (auto problem = missing(next, fields.end())) return problem;
            return Misfit{fmt::format(".{}", given.key), "is not declared, or not in this place"};
        }
        if (auto problem = missing(next, found)) return problem;
        if (auto problem = inside(fmt::format(".{}", given.key), check_value(given.value, **found)))
            return problem;
        next = found + 1;
    }
    return missing(next, fields.end());
}

MaybeMisfit check_map(const Json& value, const ResultField& declared) {
    for (const Json::Member& given : value.members()) {
        auto problem = check_value(given.value, *declared.fields.begin());
        if (problem) return inside(fmt::format(".{}", given.key), std::move(problem));
    }
    return std::nullopt;
}

MaybeMisfit check_items(const Json& value, const ResultField& declared) {
    const bool is_tuple = declared.type == Type::tuple;
    const ResultField object{"", Type::object, "", declared.fields};
    if (is_tuple && value.size() != declared.fields.size())
        return Misfit{{}, fmt::format("has {} items", value.size())};
    for (std::size_t i = 0; i < value.size(); ++i) {
        const auto& item =
            declared.type == Type::objects ? object : declared.fields.begin()[is_tuple ? i : 0];
        auto problem = check_value(value[i], item);
        if (problem) return inside(fmt::format("[{}]", i), std::move(problem));
    }
    return std::nullopt;
}

/// The misfit of the alternative that fits best: the one with the longest path.
MaybeMisfit check_alternatives(const Json& value, const ResultField& declared) {
    MaybeMisfit nearest;
    for (const ResultField& alternative : declared.fields) {
        auto problem = check_value(value, alternative);
        if (!problem) return problem;
        if (!nearest || problem->path.size() > nearest->path.size()) nearest = std::move(problem);
    }
    return nearest;
}

MaybeMisfit check_value(const Json& value, const ResultField& declared) {
    switch (declared.type) {
        case Type::string:
            return expect_that(value.is_string(), "a string");
        case Type::hex:
            return expect_that(is_hex(value), "a hex string");
        case Type::integer:
        case Type::time:
            return expect_that(is_whole(value), "an integer");
        case Type::number:
            return expect_that(value.is_number(), "a number");
        case Type::amount:
            return expect_that(is_amount(value), "an amount");
        case Type::boolean:
            return expect_that(value.is_bool(), "a boolean");
        case Type::null:
            return expect_that(value.is_null(), "null");
        case Type::object:
            return value.is_object() ? check_members(value, declared)
                                     : expect_that(false, "an object");
        case Type::map:
            return value.is_object() ? check_map(value, declared) : expect_that(false, "an object");
        case Type::array:
        case Type::objects:
        case Type::tuple:
            return value.is_array() ? check_items(value, declared) : expect_that(false, "an array");
        case Type::one_of:
            return check_alternatives(value, declared);
        case Type::any:
        case Type::options:
        case Type::same_fields:
            break;
    }
    return std::nullopt;
}

}  // namespace

std::string misfit(const Json& answer, const ResultField& declared) {
    const auto problem = check_value(answer, declared);
    if (!problem) return {};
    const std::string_view path = problem->path;
    return fmt::format("{} {}", path.empty() ? "the answer" : path, problem->text);
}

}  // namespace daler::rpc
