#include <daler/rpc/dispatcher.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

std::string_view first_name(const Argument& argument) {
    return argument.names.substr(0, argument.names.find('|'));
}

/// An argument as the first line shows it: strings in quotes, arrays and objects in their brackets.
std::string in_line(const Argument& argument) {
    const std::string_view name = first_name(argument);
    switch (argument.type) {
        case Type::string:
        case Type::hex:
            return fmt::format("\"{}\"", name);
        case Type::object:
            return fmt::format("{{{}}}", name);
        case Type::array:
            return fmt::format("[{},...]", name);
        case Type::integer:
        case Type::number:
        case Type::amount:
        case Type::boolean:
        case Type::any:
            break;
    }
    return std::string(name);
}

std::string_view type_in_words(Type type) {
    switch (type) {
        case Type::string:
            return "string";
        case Type::hex:
            return "string, hex";
        case Type::integer:
        case Type::number:
            return "numeric";
        case Type::amount:
            return "numeric or string";
        case Type::boolean:
            return "boolean";
        case Type::object:
            return "json object";
        case Type::array:
            return "json array";
        case Type::any:
            return "json value";
    }
    return "";
}

}  // namespace

std::string one_line_help(const Method& method) {
    std::string out(method.name);
    bool optional = false;
    for (const Argument& argument : method.arguments) {
        if (!argument.fallback.empty() && !optional) {
            out += " (";
            optional = true;
        }
        out += ' ' + in_line(argument);
    }
    if (optional) out += " )";
    return out;
}

std::string full_help(const Method& method) {
    std::string out = one_line_help(method) + "\n";
    if (!method.summary.empty()) out += fmt::format("\n{}\n", method.summary);
    if (!method.arguments.empty()) out += "\nArguments:\n";
    for (std::size_t i = 0; i < method.arguments.size(); ++i) {
        const Argument& argument = method.arguments[i];
        const std::string need = argument.fallback.empty() ? "required"
                                 : argument.fallback == "null"
                                     ? "optional"
                                     : fmt::format("optional, default={}", argument.fallback);
        out += fmt::format("{}. {} ({}, {}) {}\n", i + 1, first_name(argument),
                           type_in_words(argument.type), need, argument.help);
    }
    if (!method.result.empty()) out += fmt::format("\nResult:\n{}\n", method.result);
    out.pop_back();
    return out;
}

std::string help_list(std::span<const Method* const> methods) {
    std::string out;
    std::string_view category;
    for (const Method* method : methods) {
        if (method->category == "hidden") continue;
        if (method->category != category) {
            if (!category.empty()) out += '\n';
            category = method->category;
            out += fmt::format("== {} ==\n", category);
        }
        out += one_line_help(*method) + '\n';
    }
    if (!out.empty()) out.pop_back();
    return out;
}

}  // namespace daler::rpc
