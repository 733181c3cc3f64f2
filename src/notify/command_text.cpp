#include <daler/notify/command_text.h>

#include <algorithm>

namespace daler::notify {
namespace {

bool is_safe(char c) {
    constexpr std::string_view signs = " .,;-_/:?@()";
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           signs.find(c) != std::string_view::npos;
}

}  // namespace

std::string filled(std::string_view command, std::span<const Placeholder> values) {
    std::string out;
    for (std::size_t i = 0; i < command.size(); ++i) {
        const auto value = command[i] == '%' && i + 1 < command.size()
                               ? std::ranges::find(values, command[i + 1], &Placeholder::first)
                               : values.end();
        if (value == values.end()) {
            out += command[i];
            continue;
        }
        out += value->second;
        ++i;
    }
    return out;
}

std::string shell_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        // A quote ends the quoted part, stands in double quotes, and a new quoted part begins.
        if (c == '\'')
            out += "'\"'\"'";
        else
            out += c;
    }
    return out + "'";
}

std::string without_unsafe_characters(std::string_view text) {
    std::string out;
    std::ranges::copy_if(text, std::back_inserter(out), is_safe);
    return out;
}

}  // namespace daler::notify
