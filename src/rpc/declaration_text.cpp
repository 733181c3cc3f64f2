#include "rpc/declaration_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace daler::rpc {
namespace {

constexpr std::size_t level = 2;         ///< spaces for each level of nesting
constexpr std::size_t below_number = 5;  ///< where the parts of "1. name" begin
constexpr std::size_t gap = 4;           ///< before the right column

/// Lines of two columns.
class Columns {
public:
    void add(std::size_t indent, std::string left, std::string right) {
        rows_.push_back({std::string(indent, ' ') + std::move(left), std::move(right)});
    }
    void append_left(std::string_view text) { rows_.back().left += text; }
    /// Removes the comma at the end of the last line.
    void drop_comma() { rows_.back().left.pop_back(); }

    [[nodiscard]] std::string text() const {
        std::size_t width = 0;
        for (const Row& row : rows_)
            if (!row.right.empty()) width = std::max(width, row.left.size());
        std::string out;
        for (const Row& row : rows_)
            out += row.right.empty() ? row.left + '\n'
                                     : fmt::format("{:<{}}{}\n", row.left, width + gap, row.right);
        return out;
    }

private:
    struct Row {
        std::string left, right;
    };
    std::vector<Row> rows_;
};

std::string_view in_words(Type type) {
    switch (type) {
        case Type::string:
            return "string";
        case Type::hex:
            return "string, hex";
        case Type::integer:
        case Type::number:
        case Type::amount:
        case Type::time:
            return "numeric";
        case Type::boolean:
            return "boolean";
        case Type::object:
        case Type::map:
        case Type::options:
            return "json object";
        case Type::array:
        case Type::objects:
        case Type::tuple:
            return "json array";
        case Type::null:
            return "json null";
        case Type::any:
        case Type::one_of:
        case Type::same_fields:
            return "json value";
    }
    return "";
}

std::string_view unit_of(const ValueType& value) {
    if (value.type == Type::time) return "Unix time";
    return value.type == Type::amount && value.unit.empty() ? "BTC" : value.unit;
}

std::string with_unit(const ValueType& value, std::string_view words) {
    const auto unit = unit_of(value);
    return unit.empty() ? std::string(words) : fmt::format("{}, {}", words, unit);
}

/// A value of this type in the text of a result or of a nested argument.
std::string_view placeholder(Type type) {
    switch (type) {
        case Type::string:
            return "\"str\"";
        case Type::hex:
            return "\"hex\"";
        case Type::integer:
        case Type::number:
            return "n";
        case Type::amount:
            return "n";
        case Type::time:
            return "xxx";
        case Type::boolean:
            return "true|false";
        case Type::null:
            return "null";
        default:
            return "...";
    }
}

/// The brackets around what is in a value; nothing for a plain one.
std::string_view brackets(Type type) {
    switch (type) {
        case Type::object:
        case Type::map:
        case Type::options:
            return "{}";
        case Type::array:
        case Type::objects:
        case Type::tuple:
            return "[]";
        default:
            return "";
    }
}

/// An argument inside of another one, in the first line: `"txid":"hex"`.
std::string part_in_line(const Argument& part) {
    const std::string name(first_name(part));
    const auto value = part.in_line.empty() ? std::string{} : std::string(part.in_line);
    const bool is_plain = brackets(part.type).empty();
    const auto text = !value.empty()               ? value
                      : !is_plain                  ? in_line({"", part.type, "", "", part.fields})
                      : part.type == Type::amount  ? "amount"
                      : part.type == Type::boolean ? "bool"
                                                   : std::string(placeholder(part.type));
    return name.empty() ? text : fmt::format("\"{}\":{}", name, text);
}

/// What is in an array, in the first line: texts with their name, others as inside of an object.
std::string item_in_line(const Argument& item) {
    const bool is_text = item.type == Type::string || item.type == Type::hex;
    if (is_text || brackets(item.type).empty()) return in_line(item);
    return in_line({"", item.type, item.fallback, item.help, item.fields, item.in_line});
}

std::string container_in_line(const Argument& argument) {
    if (argument.type == Type::objects)
        return fmt::format("[{},...]", part_in_line({"", Type::object, "", "", argument.fields}));
    std::string out;
    for (const Argument& part : argument.fields) {
        if (!out.empty()) out += ',';
        out += argument.type == Type::array ? item_in_line(part) : part_in_line(part);
    }
    const auto around = brackets(argument.type);
    const bool goes_on = argument.type == Type::array || argument.type == Type::map;
    return fmt::format("{}{}{}{}", around[0], out, goes_on ? ",..." : "", around[1]);
}

void add_parts(Columns& columns, const Argument& argument, std::size_t indent) {
    if (argument.type == Type::objects) {
        const Argument item{"", Type::object, "", "", argument.fields};
        columns.add(indent + level, "{", "(json object)");
        add_parts(columns, item, indent + level);
        columns.add(indent + level, "},", {});
        columns.add(indent + level, "...", {});
        return;
    }
    const auto around = brackets(argument.type);
    for (const Argument& part : argument.fields) {
        const auto name = first_name(part);
        const bool has_key = argument.type != Type::array && !name.empty();
        const auto key = has_key ? fmt::format("\"{}\": ", name) : std::string{};
        const auto inner = brackets(part.type);
        if (inner.empty() || part.fields.size() == 0) {
            const auto shown = !part.in_line.empty() ? std::string(part.in_line)
                               : argument.type == Type::array && !name.empty()
                                   ? in_line(part)
                                   : std::string(placeholder(part.type));
            columns.add(indent + level, key + shown + ',', described(part));
            continue;
        }
        columns.add(indent + level, key + inner[0], described(part));
        add_parts(columns, part, indent + level);
        columns.add(indent + level, std::string(1, inner[1]) + ',', {});
    }
    if (around == "[]" || argument.type == Type::map) columns.add(indent + level, "...", {});
}

void add_result(Columns& columns, const ResultField& field, std::size_t indent,
                std::string_view key);

void add_results(Columns& columns, const ResultField& parent, std::size_t indent) {
    for (const ResultField& field : parent.fields) {
        if (field.type == Type::same_fields) {
            if (field.help.empty())
                add_results(columns, field, indent);
            else
                columns.add(indent, "...,", std::string(field.help));
            continue;
        }
        const auto key = field.key();
        const bool has_key = parent.type != Type::array && parent.type != Type::tuple;
        add_result(columns, field, indent, has_key ? fmt::format("\"{}\" : ", key) : "");
        columns.append_left(",");
    }
}

/// "(numeric, bytes, optional) The size".
std::string result_words(const ResultField& field) {
    std::string words =
        with_unit(field.type, field.type == Type::hex ? "string" : in_words(field.type));
    if (field.is_optional()) words += ", optional";
    return fmt::format("({}){}{}", words, field.help.empty() ? "" : " ", field.help);
}

void add_result(Columns& columns, const ResultField& field, std::size_t indent,
                std::string_view key) {
    if (field.type == Type::one_of) {
        for (const ResultField& alternative : field.fields) {
            const auto help = alternative.name.empty()
                                  ? std::string(alternative.help)
                                  : fmt::format("{}: {}", alternative.name, alternative.help);
            const ResultField shown{field.is_optional() ? "?" : "", alternative.type, help,
                                    alternative.fields};
            add_result(columns, shown, indent, key);
            if (&alternative != field.fields.end() - 1) columns.append_left(" or");
        }
        return;
    }
    if (field.type == Type::objects) {
        const ResultField item{"", Type::object, "", field.fields};
        const ResultField array{field.name, Type::array, field.help, {item}};
        add_result(columns, array, indent, key);
        return;
    }
    const auto around = brackets(field.type);
    if (around.empty()) {
        columns.add(indent, fmt::format("{}{}", key, placeholder(field.type)), result_words(field));
        return;
    }
    columns.add(indent, fmt::format("{}{}", key, around[0]), result_words(field));
    add_results(columns, field, indent + level);
    if (field.type == Type::array || field.type == Type::map)
        columns.add(indent + level, "...", {});
    else if (field.fields.size() != 0)
        columns.drop_comma();
    columns.add(indent, std::string(1, around[1]), {});
}

}  // namespace

std::string_view first_name(const Argument& argument) {
    return argument.names.substr(0, argument.names.find('|'));
}

std::string in_line(const Argument& argument) {
    if (!argument.in_line.empty()) return std::string(argument.in_line);
    const std::string name(first_name(argument));
    switch (argument.type) {
        case Type::string:
        case Type::hex:
            return fmt::format("\"{}\"", name);
        case Type::object:
        case Type::map:
            return argument.fields.size() == 0 ? fmt::format("{{{}}}", name)
                                               : container_in_line(argument);
        case Type::array:
        case Type::objects:
            return argument.fields.size() == 0 ? fmt::format("[{},...]", name)
                                               : container_in_line(argument);
        default:
            return name;
    }
}

std::string described(const Argument& argument) {
    auto words = with_unit(argument.type, argument.type == Type::amount ? "numeric or string"
                                                                        : in_words(argument.type));
    if (argument.fallback.empty())
        words += ", required";
    else if (argument.fallback == "null")
        words += ", optional";
    else
        words += fmt::format(", optional, default={}", argument.fallback);
    return fmt::format("({}){}{}", words, argument.help.empty() ? "" : " ", argument.help);
}

std::string parts_text(const Argument& argument) {
    const auto around = brackets(argument.type);
    if (around.empty() || argument.fields.size() == 0) return {};
    Columns columns;
    columns.add(below_number, std::string(1, around[0]), {});
    add_parts(columns, argument, below_number);
    columns.add(below_number, std::string(1, around[1]), {});
    return columns.text();
}

std::string result_text(const ResultField& result) {
    Columns columns;
    add_result(columns, result, 0, {});
    return columns.text();
}

}  // namespace daler::rpc
