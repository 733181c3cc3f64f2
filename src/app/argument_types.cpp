#include "app/argument_types.h"

#include "app/bitcoind_methods.h"

#include <daler/rpc/dispatcher.h>

#include <algorithm>
#include <optional>
#include <tuple>

namespace daler::app {
namespace {

/// The conversion rule for an argument; nothing for strings.
std::optional<client::Rule> rule_for(const rpc::Method& method, rpc::Type type) {
    // `echo` returns words unconverted; `echojson` converts them.
    if (method.name == "echo") return std::nullopt;
    switch (type) {
        case rpc::Type::string:
        case rpc::Type::hex:
            return std::nullopt;
        case rpc::Type::any:
        case rpc::Type::one_of:
        case rpc::Type::same_fields:
            return client::Rule::json_or_text;
        case rpc::Type::integer:
        case rpc::Type::number:
        case rpc::Type::amount:
        case rpc::Type::time:
        case rpc::Type::boolean:
        case rpc::Type::object:
        case rpc::Type::map:
        case rpc::Type::options:
        case rpc::Type::array:
        case rpc::Type::objects:
        case rpc::Type::tuple:
        case rpc::Type::null:
            return client::Rule::json;
    }
    return std::nullopt;
}

void append_row(std::vector<client::Conversion>& rows, const rpc::Method& method,
                std::size_t position, const rpc::Argument& argument) {
    if (const auto rule = rule_for(method, argument.type))
        rows.push_back({method.name, position, argument.names, *rule});
}

void append_rows(std::vector<client::Conversion>& rows, const rpc::Method& method) {
    for (std::size_t i = 0; i < method.arguments.size(); ++i) {
        const rpc::Argument& argument = method.argument(i);
        append_row(rows, method, i, argument);
        if (!rpc::has_named_fields(argument)) continue;
        for (const rpc::Argument& field : argument.fields)
            append_row(rows, method, client::named_only, field);
    }
}

}  // namespace

std::vector<client::Conversion> argument_types() {
    std::vector<client::Conversion> rows;
    for (const auto table : rpc::method_tables())
        for (const rpc::Method& method : table)
            append_rows(rows, method);
    const auto others = bitcoind_methods();
    rows.insert(rows.end(), others.begin(), others.end());
    std::ranges::sort(rows, {}, [](const client::Conversion& row) {
        return std::tuple(row.method, row.position);
    });
    return rows;
}

}  // namespace daler::app
