#include <daler/networks/commands.h>

#include "networks/commands_list.h"
#include "networks/network.h"
#include "networks/text_table.h"

#include <daler/util/storage_error.h>

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace daler::networks {
namespace {

constexpr CommandOption which{"--name", "NAME",
                              "which network, if there are several; also the variable "
                              "DALER_NETWORK"};

constexpr std::size_t many = 200;  // nodes that a command may name

// The rows of the table: name, arguments, topic, summary, details, options, least and most words,
// whether words after "--" belong to it, function.

Command up_command() {
    return {"up",
            "[OPTIONS] [-- NODE OPTIONS]",
            Topic::network,
            "a network, ready to use; Ctrl-C ends it",
            "The nodes run regtest unless another chain is chosen, listen on this machine\n"
            "only, and have wallets that can spend. A network without a name is in memory\n"
            "and leaves nothing behind; its keys are public, for tests only. With a name it\n"
            "is kept in ~/.daler/networks/NAME, and the same command starts it again. In the\n"
            "foreground, the network also ends when the process that started it is gone.\n"
            "\n"
            "  daler up -n 3 -d          three nodes, in the background until `daler down`\n"
            "  daler up --mine tx        a block as soon as there is a transaction\n"
            "  daler up --signet         a signet, and what others run to join it\n"
            "  daler up -- -txindex      an option for each node",
            {{"-n", "N", "how many nodes (default 1)"},
             {"-d", "", "in the background, until `daler down`"},
             {"--name", "NAME", "keep the network under this name, or start a kept one again"},
             {"--topology", "WHICH",
              "ring (default), star, mesh, line, or a file with a link on each line: n1 n2"},
             {"--mine", "WHEN",
              "off (default), 10s, poisson:60s, tx, or several: tx,30s; cpu on chains with "
              "difficulty"},
             {"--fund", "AMOUNT",
              "what each node's wallet can spend at the start, in whole block rewards (default 50; "
              "0 with --join)"},
             {"--seed", "WORD", "derive the wallets' keys from this word"},
             {"--time", "WHEN", "let chain time stand still from here on, as 2030-01-01T00:00:00Z"},
             {"--chainfile", "FILE", "the chain that this file describes"},
             {"--rule", "FIELD=VALUE", "set a field of the chain file", true},
             {"--signet", "", "a new signet: only n1 has the key and can mine"},
             {"--challenge", "HEX", "follow the signet with this challenge, usually with --join"},
             {"--listen", "ADDR", "accept peers of other machines on this address"},
             {"--join", "HOST[:PORT]", "connect to a node of another network", true},
             {"--json", "", "print one line of JSON when all is ready"}},
            0,
            0,
            true,
            up};
}

std::vector<Command> network_commands() {
    return {
        {"ps",
         "",
         Topic::network,
         "nodes, ports, heights, tips, peers, mempool, wallet",
         "A node that has ended is listed with the reason.",
         {which, {"--watch", "", "as `daler watch`"}, {"--json", "", "print JSON, for programs"}},
         0,
         0,
         false,
         ps},
        {"watch",
         "",
         Topic::network,
         "what `ps` shows, live, with events; q ends it",
         "Where the output is no terminal: a line for each event.",
         {which, {"--json", "", "print a JSON object for each event, on one line"}},
         0,
         0,
         false,
         watch},
        {"logs",
         "[NODE]",
         Topic::network,
         "what the nodes write",
         "Without NODE: the logs of all nodes, each line with the node's name.",
         {which, {"-f", "", "go on with new lines until Ctrl-C"}},
         0,
         1,
         false,
         logs},
        {"down",
         "",
         Topic::network,
         "end a network; one in memory is gone then",
         "A network with a name keeps its folder: `daler up --name NAME` starts it again.",
         {which},
         0,
         0,
         false,
         down},
        {"rm",
         "",
         Topic::network,
         "end a network and remove its folder",
         "Blocks, wallets and keys of the network are gone then.",
         {which},
         0,
         0,
         false,
         rm},
    };
}

std::vector<Command> node_commands() {
    return {
        {"stop",
         "NODE...",
         Topic::nodes,
         "stop nodes in order",
         "A node in memory loses what it has.",
         {which},
         1,
         many,
         false,
         stop},
        {"start",
         "[NODE...]",
         Topic::nodes,
         "start nodes that do not run",
         "Without NODE: all that do not run. A node in memory starts empty: it gets\n"
         "its wallet from the seed and its blocks from its peers.",
         {which},
         0,
         many,
         false,
         start},
        {"restart",
         "NODE...",
         Topic::nodes,
         "stop nodes and start them",
         "",
         {which},
         1,
         many,
         false,
         restart},
        {"kill",
         "NODE...",
         Topic::nodes,
         "end nodes at once, as a crash does",
         "",
         {which},
         1,
         many,
         false,
         kill},
        {"add",
         "[NODE]",
         Topic::nodes,
         "one more node, or a peer outside the network",
         "The new node is linked as the network's topology says.",
         {which,
          {"--peer", "HOST:PORT",
           "connect the first node to this node, a bitcoind for "
           "example, and start no node"}},
         0,
         1,
         false,
         add},
    };
}

std::vector<Command> block_commands() {
    constexpr CommandOption on{"--on", "NODE", "which one (default: the signer, or the first)"};
    constexpr CommandOption json{"--json", "", "print JSON, for programs"};
    constexpr CommandOption to{"--to", "ADDRESS", "who gets the coins (default: the wallet)"};
    return {
        {"mine",
         "[N]",
         Topic::blocks,
         "mine blocks; returns when the connected nodes have them",
         "Without N: one block.",
         {which,
          on,
          {"--every", "SECONDS", "block times this far apart; moves chain time"},
          to,
          json},
         0,
         1,
         false,
         mine},
        {"faucet",
         "ADDRESS [AMOUNT]",
         Topic::blocks,
         "pay to an address from a node's wallet",
         "AMOUNT is in BTC (default 1). If the wallet has too few mature coins, blocks\n"
         "are mined to it first.",
         {which, on, json},
         1,
         2,
         false,
         faucet},
        {"reorg",
         "DEPTH",
         Topic::blocks,
         "replace the last DEPTH blocks by a longer branch",
         "Transactions return to the mempool unless --transactions confirms them again.",
         {which,
          on,
          {"--blocks", "N", "length of the branch (default: DEPTH + 1)"},
          {"--transactions", "WHICH", "none (default), all, or an id that confirms again", true},
          {"--replace", "HEX", "a transaction that the branch confirms first", true},
          to,
          {"--maxtries", "N", "how many hashes to try at most"},
          {"--dry-run", "", "say what would happen, and change nothing"},
          json},
         1,
         1,
         false,
         reorg},
        {"time",
         "[WHEN]",
         Topic::blocks,
         "show chain time, or move it on all nodes",
         "WHEN is now, +1d, +2h30m, Unix seconds, or a time such as 2030-01-01T00:00:00Z.",
         {which, json},
         0,
         1,
         false,
         time},
    };
}

std::vector<Command> snapshot_commands() {
    constexpr CommandOption json{"--json", "", "print JSON, for programs"};
    return {
        {"snapshot",
         "[NAME]",
         Topic::time_travel,
         "keep the state of all nodes, to return to it",
         "The state is the chain, mempool, wallets, chain time and automatic mining. All\n"
         "nodes must run. Without NAME: the next free number.",
         {which, json},
         0,
         1,
         false,
         snapshot},
        {"revert",
         "[NAME]",
         Topic::time_travel,
         "return all nodes to a snapshot",
         "Without NAME: the newest that all nodes have. Later snapshots are dropped. Nodes\n"
         "outside the network still have the later blocks and may send them again.",
         {which,
          {"--fresh", "",
           "start nodes without the snapshot again, empty: those added later, or in memory and "
           "started again"},
          json},
         0,
         1,
         false,
         revert},
        {"snapshots",
         "",
         Topic::time_travel,
         "the snapshots, and which nodes have them",
         "",
         {which, {"--drop", "NAME", "remove this snapshot from all nodes first"}, json},
         0,
         0,
         false,
         snapshots},
    };
}

std::vector<Command> shell_commands() {
    constexpr CommandOption json{"--json", "", "print JSON, for programs"};
    return {
        {"env",
         "[NODE]",
         Topic::programs,
         "URL and credentials of a node, as lines for a shell",
         "Use: eval \"$(daler env)\"; bitcoin-cli $BITCOIN_CLI_OPTIONS getblockcount",
         {which, json},
         0,
         1,
         false,
         env},
        {"completion",
         "SHELL",
         Topic::programs,
         "completion of commands for bash, zsh or fish",
         "Use in bash: eval \"$(daler completion bash)\"",
         {},
         1,
         1,
         false,
         completion},
    };
}

std::vector<Command> link_commands() {
    return {
        {"split",
         "GROUP...",
         Topic::links,
         "cut the links between groups of nodes",
         "A group is n1 or n1,n2. Nodes that are not named are one more group. The links\n"
         "stay cut until `daler heal`, also for nodes that start again. A node that is\n"
         "added is on the side of the first one.",
         {which, {"--json", "", "print JSON, for programs"}},
         1,
         many,
         false,
         split},
        {"heal",
         "",
         Topic::links,
         "restore all links; returns when the nodes agree",
         "",
         {which, {"--json", "", "print JSON, for programs"}},
         0,
         0,
         false,
         heal},
    };
}

std::vector<Command> program_commands() {
    return {
        {"node", "[OPTIONS]", Topic::programs, "one node, as bitcoind (also: dalerd)", ""},
        {"cli", "[OPTIONS] METHOD [ARGUMENTS]", Topic::programs,
         "call a node, as bitcoin-cli (also: daler-cli)", ""},
        {"wallet",
         "export NAME FILE | import FILE NAME",
         Topic::wallets,
         "move a wallet to Bitcoin Core, or from there",
         "export writes the wallet NAME (or the backup with this path) as the new FILE in\n"
         "the format of Bitcoin Core's descriptor wallets. import makes the new wallet\n"
         "NAME of such a FILE. Keys, labels and the history move; an encrypted wallet\n"
         "stays encrypted. No node may have the wallet loaded. Options are those of the\n"
         "node, such as -regtest and -datadir=DIR.\n"
         "\n"
         "  daler wallet export mine /tmp/mine.dat    then: bitcoin-cli restorewallet mine\n"
         "                                            /tmp/mine.dat\n"
         "  daler wallet import ~/.bitcoin/wallets/mine/wallet.dat mine",
         {},
         0,
         0,
         false,
         nullptr,
         {"export", "import"}},
        {"version", "", Topic::programs, "the version of this program", ""},
        {"help", "[COMMAND]", Topic::programs, "this list, or more about a command", ""},
    };
}

const std::vector<Command>& table() {
    static const std::vector<Command> all = [] {
        std::vector<Command> out{up_command()};
        for (const auto& rows :
             {network_commands(), node_commands(), block_commands(), snapshot_commands(),
              link_commands(), shell_commands(), program_commands()})
            out.insert(out.end(), rows.begin(), rows.end());
        return out;
    }();
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
    const auto text = fmt::format("daler: {}", reason);
    const bool is_read_by_a_person = ::isatty(STDERR_FILENO) == 1;
    fmt::print(stderr, "{}\n",
               is_read_by_a_person ? wrapped(text, TextTable::line_width - 1) : text);
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
