// Writes the table by which daler-cli converts words to JSON, from the declarations of the methods.
#include <daler/rpc/method.h>

#include <fmt/format.h>

#include <cstdio>
#include <map>

namespace {

using daler::rpc::Method;
using daler::rpc::Type;

/// The conversion rule for an argument; empty for strings.
std::string_view rule_for(const Method& method, Type type) {
    // `echo` returns words unconverted; `echojson` converts them.
    if (method.name == "echo") return {};
    switch (type) {
        case Type::string:
        case Type::hex:
            return {};
        case Type::any:
            return "json_or_text";
        case Type::integer:
        case Type::number:
        case Type::amount:
        case Type::boolean:
        case Type::object:
        case Type::array:
            return "json";
    }
    return {};
}

}  // namespace

int main() {
    using namespace daler::rpc;
    std::map<std::string_view, const Method*> methods;
    for (const auto table : method_tables())
        for (const Method& method : table)
            methods.emplace(method.name, &method);
    std::string rows;
    for (const auto& [name, method] : methods) {
        for (std::size_t i = 0; i < method->arguments.size(); ++i) {
            const auto& argument = method->arguments[i];
            const auto rule = rule_for(*method, argument.type);
            if (rule.empty()) continue;
            rows += fmt::format("    {{\"{}\", {}, \"{}\", Rule::{}}},\n", name, i, argument.names,
                                rule);
        }
    }
    fmt::print(
        "#include <daler/client/conversion_table.h>\n\n#include <array>\n\n"
        "namespace daler::client {{\n\n"
        "static constexpr auto rows = std::to_array<Conversion>({{\n{}}});\n\n"
        "ConversionTable conversion_table() {{ return rows; }}\n\n"
        "}}  // namespace daler::client\n",
        rows);
}
