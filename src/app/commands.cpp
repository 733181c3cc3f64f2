#include "app/commands.h"

#include "app/run_client.h"
#include "app/run_node.h"

#include <daler/util/version.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace daler::app {
namespace {

using Words = std::span<const std::string>;

struct Command {
    std::string_view name, arguments, summary;
    int (*run)(Words arguments);
};

int help(Words arguments);

int show_version(Words) {
    fmt::print("daler version {}\n", version);
    return EXIT_SUCCESS;
}

constexpr std::array commands{
    Command{"node", "[OPTIONS]", "run a node in the foreground; dalerd is the same", run_node},
    Command{"cli", "[OPTIONS] METHOD ...", "send a command to a node; daler-cli is the same",
            run_client},
    Command{"version", "", "print the version", show_version},
    Command{"help", "[COMMAND]", "list the commands, or explain one", help},
};

int overview() {
    fmt::print("daler {}, a Bitcoin full node for private networks\n\n", version);
    for (const auto& [name, arguments, summary, run] : commands)
        fmt::print("  {:32} {}\n", fmt::format("daler {} {}", name, arguments), summary);
    return EXIT_SUCCESS;
}

int unknown(std::string_view name) {
    fmt::print(stderr, "Error: there is no command \"{}\"; \"daler help\" lists them\n", name);
    return EXIT_FAILURE;
}

int help(Words arguments) {
    if (arguments.empty()) return overview();
    const auto* command = std::ranges::find(commands, arguments[0], &Command::name);
    if (command == commands.end()) return unknown(arguments[0]);
    const std::array<std::string, 1> ask{"-help"};
    if (command->run == run_node || command->run == run_client) return command->run(ask);
    fmt::print("Usage: daler {} {}\n\n{}\n", command->name, command->arguments, command->summary);
    return EXIT_SUCCESS;
}

/// The command that an option such as --help stands for, else the word itself.
std::string_view command_name(std::string_view word) {
    for (const std::string_view option : {"-h", "-?", "-help", "--help"})
        if (word == option) return "help";
    return word == "-version" || word == "--version" ? "version" : word;
}

}  // namespace

int run_command(Words words) {
    if (words.empty()) return overview();
    const auto* command = std::ranges::find(commands, command_name(words[0]), &Command::name);
    return command == commands.end() ? unknown(words[0]) : command->run(words.subspan(1));
}

}  // namespace daler::app
