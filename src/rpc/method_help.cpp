#include "rpc/declaration_text.h"

#include <daler/rpc/dispatcher.h>

#include <fmt/format.h>

#include <algorithm>

namespace daler::rpc {
namespace {

/// The fields that may be given as named arguments.
std::string named_arguments(const Method& method) {
    std::string out;
    for (const Argument& argument : method.arguments) {
        if (!has_named_fields(argument)) continue;
        for (const Argument& field : argument.fields)
            out += fmt::format("{} {}\n{}", first_name(field), described(field), parts_text(field));
    }
    return out;
}

std::string results(const ResultField& result) {
    if (result.type != Type::one_of) return fmt::format("\nResult:\n{}", result_text(result));
    std::string out;
    for (const ResultField& alternative : result.fields) {
        const ResultField unnamed{"", alternative.type, alternative.help, alternative.fields};
        out += fmt::format("\nResult ({}):\n{}", alternative.name, result_text(unnamed));
    }
    return out;
}

std::string examples(const Method& method) {
    const bool needs_arguments = std::ranges::any_of(
        method.arguments, [](const Argument& argument) { return argument.fallback.empty(); });
    if (needs_arguments && method.example.empty()) return {};
    std::string out = "\nExamples:\n";
    std::string_view rest = method.example;
    do {
        const auto end = std::min(rest.find('\n'), rest.size());
        out += fmt::format("> daler-cli {} {}", method.name, rest.substr(0, end));
        if (out.ends_with(' ')) out.pop_back();
        out += '\n';
        rest.remove_prefix(std::min(end + 1, rest.size()));
    } while (!rest.empty());
    return out;
}

}  // namespace

std::string one_line_help(const Method& method) {
    std::string out(method.name);
    bool optional = false;
    for (const Argument& argument : method.arguments) {
        if (argument.fallback.empty() == optional) {
            out += optional ? " )" : " (";
            optional = !optional;
        }
        out += ' ' + in_line(argument);
    }
    if (optional) out += " )";
    return out;
}

std::string full_help(const Method& method) {
    std::string out = one_line_help(method) + "\n";
    if (!method.summary.empty()) out += fmt::format("\n{}\n", method.summary);
    if (method.arguments.size() != 0) out += "\nArguments:\n";
    for (std::size_t i = 0; i < method.arguments.size(); ++i) {
        const Argument& argument = method.argument(i);
        out += fmt::format("{}. {} {}\n", i + 1, first_name(argument), described(argument));
        if (!has_named_fields(argument)) out += parts_text(argument);
    }
    if (const auto named = named_arguments(method); !named.empty())
        out += "\nNamed arguments:\n" + named;
    out += results(method.result.field()) + examples(method);
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
