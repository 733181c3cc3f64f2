#include <daler/sync/node_name.h>

#include <daler/wire/limits.h>

#include <algorithm>

namespace daler::sync {
namespace {

constexpr std::string_view key = "node=";

bool is_name_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_';
}

}  // namespace

bool is_node_name(std::string_view text) {
    return !text.empty() && text.size() <= wire::limits::node_name_bytes &&
           std::ranges::all_of(text, is_name_character);
}

std::string node_name_comment(std::string_view name) {
    return std::string(key) + std::string(name);
}

std::string node_name_in(std::string_view user_agent) {
    // Comments are in parentheses and separated by "; ".
    for (auto at = user_agent.find(key); at != std::string_view::npos;
         at = user_agent.find(key, at + 1)) {
        if (at == 0 || (user_agent[at - 1] != '(' && user_agent[at - 1] != ' ')) continue;
        const auto rest = user_agent.substr(at + key.size());
        const auto name = rest.substr(0, rest.find_first_of(";)"));
        if (is_node_name(name)) return std::string(name);
    }
    return {};
}

}  // namespace daler::sync
