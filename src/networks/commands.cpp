#include <daler/networks/commands.h>

#include "networks/commands_list.h"
#include "networks/network.h"

#include <daler/util/storage_error.h>

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace daler::networks {
namespace {

constexpr CommandOption which{"--name", "NAME",
                              "which network, if there are several; also the variable "
                              "DALER_NETWORK"};

const std::vector<Command>& table() {
    static const std::vector<Command> all{
        {"ps",
         "",
         Topic::network,
         "nodes, ports, heights, tips, peers, mempool, wallet",
         "A node that has ended is listed with the reason.",
         {which, {"--json", "", "print JSON, for programs"}},
         0,
         0,
         false,
         ps},
        {"node", "[OPTIONS]", Topic::programs, "one node, as bitcoind (also: dalerd)", ""},
        {"cli", "[OPTIONS] METHOD [ARGUMENTS]", Topic::programs,
         "call a node, as bitcoin-cli (also: daler-cli)", ""},
        {"version", "", Topic::programs, "the version of this program", ""},
        {"help", "[COMMAND]", Topic::programs, "this list, or more about a command", ""},
    };
    return all;
}

int help(std::span<const std::string> words) {
    const Command* command = words.empty() ? nullptr : find_command(words.front());
    if (!words.empty() && !command) return report(unknown_command(words.front()));
    std::fputs((command ? help_of(*command) : overview()).c_str(), stdout);
    return EXIT_SUCCESS;
}

}  // namespace

std::span<const Command> commands() {
    return table();
}

const Command* find_command(std::string_view name) {
    const auto found = std::ranges::find(table(), name, &Command::name);
    return found == table().end() ? nullptr : &*found;
}

int report(const std::string& reason) {
    fmt::print(stderr, "daler: {}\n", reason);
    return EXIT_FAILURE;
}

int run(std::span<const std::string> words) {
    if (words.empty()) return help({});
    const auto after = words.subspan(1);
    if (words[0] == "help" || words[0] == "-?" || words[0] == "-help" || words[0] == "--help" ||
        words[0] == "-h")
        return help(after);
    const Command* command = find_command(words[0]);
    if (!command || !command->run) return report(unknown_command(words[0]));
    for (const std::string& word : after) {
        if (word == "--") break;
        if (word == "--help" || word == "-h") return help(words.first(1));
    }
    const auto arguments = Arguments::parse(*command, after);
    if (!arguments) return report(arguments.error());
    try {
        return command->run(*arguments);
    } catch (const StorageError& error) {
        return report(error.what());
    } catch (const std::exception& error) {
        return report(fmt::format("{}: {}", command->name, error.what()));
    }
}

std::optional<std::vector<std::string>> client_arguments(std::span<const std::string> words) {
    if (words.empty() || words[0].starts_with('-')) return std::nullopt;
    auto network = Network::find(std::string());
    if (!network) return std::nullopt;
    const bool names_node = network->file().find(words[0]) != nullptr;
    const auto node = network->running_node(names_node ? std::optional(words[0]) : std::nullopt);
    if (!node) return std::nullopt;
    // The folder of the network has no config file that could change anything.
    std::vector<std::string> out{fmt::format("-datadir={}", network->file().folder.string()),
                                 fmt::format("-rpcport={}", (*node)->rpc_port),
                                 fmt::format("-rpccookiefile={}", (*node)->cookie.string())};
    const auto method = words.subspan(names_node ? 1 : 0);
    out.insert(out.end(), method.begin(), method.end());
    return out;
}

}  // namespace daler::networks
