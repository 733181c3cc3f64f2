#include "networks/commands_list.h"
#include "networks/text_table.h"

#include <daler/util/version.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <numeric>

namespace daler::networks {
namespace {

struct Heading {
    Topic topic;
    std::string_view text;
};

constexpr std::array headings{
    Heading{Topic::network, "start, watch and end a network"},
    Heading{Topic::nodes, "its nodes"},
    Heading{Topic::blocks, "blocks, coins and the chain's time"},
    Heading{Topic::time_travel, "back to an earlier state"},
    Heading{Topic::links, "cut connections and restore them"},
    Heading{Topic::wallets, "to and from Bitcoin Core's files"},
    Heading{Topic::programs, "a single node, its client, help"},
};

/// How many letters must be changed, added or removed (Levenshtein distance).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row[b.size()];
}

}  // namespace

std::string overview() {
    std::string out =
        fmt::format("daler {}: Bitcoin nodes, and private networks of them\n\n", version);
    for (const auto& [topic, text] : headings) {
        std::vector<std::string_view> names;
        for (const Command& command : commands())
            if (command.topic == topic) names.push_back(command.name);
        if (names.empty()) continue;
        out += fmt::format("  {:<42}{}\n", fmt::format("{}", fmt::join(names, " ")), text);
    }
    return out + "\n`daler up` starts a network. `daler help COMMAND` explains a command.\n";
}

std::string help_of(const Command& command) {
    std::string out =
        fmt::format("daler {}{}{}\n\n{}\n", command.name, command.arguments.empty() ? "" : " ",
                    command.arguments, command.summary);
    out[out.find("\n\n") + 2] =
        static_cast<char>(std::toupper(static_cast<unsigned char>(command.summary[0])));
    if (!command.details.empty()) out += fmt::format("\n{}\n", command.details);
    if (command.options.empty()) return out;
    constexpr std::size_t column = 26, width = 79;
    out += "\nOptions:\n";
    for (const CommandOption& option : command.options) {
        std::string line = fmt::format("  {} {}", option.name, option.argument);
        line.resize(std::max(column, line.size() + 1), ' ');
        line += option.help;
        out += wrapped(line, width, column) + "\n";
    }
    return out;
}

std::string unknown_command(std::string_view name) {
    std::string_view nearest;
    std::size_t least = name.size() / 2 + 1;
    for (const Command& command : commands()) {
        const std::size_t changes = distance(name, command.name);
        if (changes >= least) continue;
        least = changes;
        nearest = command.name;
    }
    return nearest.empty()
               ? fmt::format("there is no command \"{}\". `daler help` lists the commands.", name)
               : fmt::format("there is no command \"{}\". Did you mean `daler {}`?", name, nearest);
}

}  // namespace daler::networks
