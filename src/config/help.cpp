#include <daler/config/option.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace daler::config {
namespace {

constexpr std::size_t line_width = 79;
constexpr std::size_t help_indent = 7;

constexpr std::array<std::pair<Group, std::string_view>, 13> headings{{
    {Group::general, "General options:"},
    {Group::chain, "Chain selection options:"},
    {Group::connection, "Connection options:"},
    {Group::rpc, "JSON-RPC options:"},
    {Group::wallet, "Wallet options:"},
    {Group::relay, "Relay options:"},
    {Group::mining, "Mining options:"},
    {Group::private_networks,
     "Options for private networks (regtest, chain files, signets of your own):"},
    {Group::notifications, "Notification options:"},
    {Group::client, "Call options:"},
    {Group::commands, "Commands of the program itself:"},
    {Group::debugging, "Debugging and testing options:"},
    {Group::hidden, "Further options:"},
}};

/// `text` broken at spaces into lines that are indented by help_indent.
std::string wrapped(std::string_view text) {
    std::string out(help_indent, ' ');
    std::size_t column = help_indent;
    while (!text.empty()) {
        const auto end = text.find(' ');
        const auto word = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (column > help_indent && column + 1 + word.size() > line_width) {
            out += '\n';
            out.append(help_indent, ' ');
            column = help_indent;
        } else if (column > help_indent) {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
    }
    return out + '\n';
}

std::string describe(const Option& option) {
    std::string head = "  -" + std::string(option.name);
    if (!option.argument.empty()) head += "=" + std::string(option.argument);
    std::string text(option.help);
    if (!option.fallback.empty()) text += " (default: " + std::string(option.fallback) + ")";
    return head + "\n" + wrapped(text) + "\n";
}

}  // namespace

const Option* find_option(std::span<const Option> options, std::string_view name) {
    const auto found = std::ranges::find(options, name, &Option::name);
    return found == options.end() ? nullptr : &*found;
}

std::string help_text(std::span<const Option> options, bool with_hidden) {
    std::string out;
    for (const auto& [group, heading] : headings) {
        if (group == Group::hidden && !with_hidden) continue;
        std::string body;
        for (const Option& option : options)
            if (option.group == group) body += describe(option);
        if (!body.empty()) out += std::string(heading) + "\n\n" + body;
    }
    if (!with_hidden) {
        const auto more = std::ranges::count(options, Group::hidden, &Option::group);
        out += fmt::format("-help-debug shows {} more options, which few users need.\n", more);
    } else if (out.ends_with("\n\n")) {
        out.pop_back();
    }
    return out;
}

}  // namespace daler::config
