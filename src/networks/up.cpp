#include "networks/commands_list.h"
#include "networks/foreground.h"
#include "networks/funding.h"
#include "networks/lifecycle.h"
#include "networks/places.h"
#include "networks/signet.h"
#include "networks/status.h"
#include "networks/text_table.h"
#include "networks/up_options.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <csignal>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace daler::networks {
namespace {

namespace fs = std::filesystem;
using Step = Result<void, std::string>;

/// The folder of a network, and its lock.
struct Place {
    fs::path folder;
    NetworkLock lock;
    bool is_new;
};

/// A folder for a network in memory: the first free one of net1, net2, ...
Result<Place, std::string> place_in_memory() {
    const auto base = run_folder();
    if (!base) return fail(base.error());
    for (int i = 1;; ++i) {
        const std::string name = fmt::format("net{}", i);
        const fs::path folder = *base / name;
        std::error_code error;
        if (fs::exists(kept_folder() / name, error)) continue;
        if (::mkdir(folder.c_str(), S_IRWXU) != 0) {
            if (errno == EEXIST) continue;
            return fail(
                fmt::format("Cannot create {}: {}.", folder.string(), std::strerror(errno)));
        }
        auto lock = NetworkLock::take(folder);
        // Another command may have taken the empty folder for what a killed one has left.
        if (!lock && !fs::exists(folder, error)) continue;
        if (!lock) return fail(lock.error());
        return Place{folder, std::move(*lock), true};
    }
}

/// The folder of a network with a name, which may exist.
Result<Place, std::string> kept_place(const std::string& name) {
    const fs::path folder = kept_folder() / name;
    std::error_code error;
    fs::create_directories(kept_folder(), error);
    if (error)
        return fail(fmt::format("Cannot create {}: {}.", kept_folder().string(), error.message()));
    const auto in_memory = run_folder();
    if (in_memory && fs::exists(*in_memory / name, error))
        return fail(fmt::format("A network in memory has the name {}: choose another one.", name));
    if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST)
        return fail(fmt::format("Cannot create {}: {}.", folder.string(), std::strerror(errno)));
    auto lock = NetworkLock::try_take(folder);
    if (!lock) {
        return fail(fmt::format(
            "Another daler command is starting or changing the network {}. `daler ps --name {}` "
            "shows it.",
            name, name));
    }
    const bool is_new = !fs::exists(folder / network_file_name, error);
    return Place{folder, std::move(*lock), is_new};
}

/// True if the port belongs to a node of another network that runs, also if that node was stopped
/// or killed: the others of its network connect to whoever listens there.
bool is_promised(std::uint16_t port) {
    const auto folders = network_folders();
    return folders && std::ranges::any_of(*folders, [port](const fs::path& folder) {
               const auto file = NetworkFile::load(folder);
               return file && std::ranges::any_of(file->nodes, &NodeEntry::is_running) &&
                      std::ranges::find(file->nodes, port, &NodeEntry::port) != file->nodes.end();
           });
}

NetworkFile new_file(const UpOptions& options, const fs::path& folder) {
    NetworkFile file = options.plan;
    file.folder = folder;
    file.name = folder.filename().string();
    for (const auto& name : node_names(options.count))
        file.nodes.push_back(new_node(file, name));
    NodeEntry& first = file.nodes.front();
    if (is_free_port(options.chain.p2p_port, listen_address(file)) &&
        is_free_port(options.chain.rpc_port) && !is_promised(options.chain.p2p_port)) {
        first.port = options.chain.p2p_port;
        first.rpc_port = options.chain.rpc_port;
    }
    return file;
}

/// The file of a network that exists and does not run.
Result<NetworkFile, std::string> old_file(const Arguments& arguments, const fs::path& folder) {
    auto file = NetworkFile::load(folder);
    if (!file) return fail(file.error());
    if (std::ranges::any_of(file->nodes, &NodeEntry::is_running) || is_running(file->owner)) {
        return fail(
            fmt::format("The network {0} runs already. `daler ps --name {0}` shows it, "
                        "`daler down --name {0}` stops it.",
                        file->name));
    }
    for (const std::string_view option :
         {"-n", "--topology", "--fund", "--seed", "--chainfile", "--rule", "--signet",
          "--challenge", "--listen", "--join"}) {
        if (!arguments.has(option)) continue;
        return fail(fmt::format(
            "The network {0} exists and is started again as it was: leave out {1}, or remove the "
            "network first with `daler rm --name {0}`.",
            file->name, option));
    }
    if (!arguments.rest().empty()) file->node_options = arguments.rest();
    return file;
}

Step start_mining(Network& network, const std::string& when) {
    auto nodes = network.running_nodes();
    const std::string& signer = network.file().signer;
    if (!signer.empty())
        std::erase_if(nodes, [&](const NodeEntry* node) { return node->name != signer; });
    for (std::size_t i = 0; i < nodes.size() && !when.empty(); ++i) {
        const std::string own = automine_of(when, i, nodes.size());
        if (own.empty()) continue;
        Json params = Json::array();
        params.push(own);
        const auto set = network.call(*nodes[i], "setautomine", params);
        if (!set) return fail(set.error());
        // A node with a folder remembers it.
        if (!network.file().kept) nodes[i]->automine = own;
    }
    return {};
}

/// Starts all nodes of the network and gives a new one what was asked for.
Step start_network(Network& network, const UpOptions& options, const FundingPlan* funding,
                   Interrupts& interrupts) {
    NetworkFile& file = network.file();
    file.owner = file.starting = identify(::getpid()).value_or(ProcessId{});
    // The file comes before the processes: a command that finds it unfinished looks for them.
    if (auto step = file.save(); !step) return step;
    std::vector<NodeEntry*> nodes;
    for (NodeEntry& node : file.nodes) {
        if (auto step = prepare_node(file, node); !step) return step;
        nodes.push_back(&node);
    }
    if (funding && !file.signer.empty())
        if (auto step = write_signet_key(file, options.chain); !step) return step;
    // Without the owner nodes would end together with this command.
    const auto owner = file.owner;
    if (options.background) file.owner = {};
    if (auto step = bring_up(network, nodes, &interrupts); !step) return step;
    if (funding && funding->blocks_on_top > 0)
        if (auto step = fund(network, *funding, interrupts); !step) return step;
    if (auto step = start_mining(network, options.mine); !step) return step;
    if (interrupts.requested()) return fail(std::string("Interrupted."));
    if (!options.background) file.owner = owner;
    file.starting = {};
    file.complete = true;
    return file.save();
}

/// What `up` prints for people.
std::string screen(Network& network, const UpOptions& options) {
    const NetworkFile& file = network.file();
    const bool colours = use_colours();
    std::string out = styled(title_of(file), Style::heading, colours) + "\n";
    if (const auto notice = key_notice(file); !notice.empty())
        out += styled(notice, Style::dim, colours) + "\n";
    TextTable table({"NODE", "RPC", right("PEERS AT"), right("HEIGHT"), right("SPENDABLE")});
    for (const NodeStatus& node : status_of(network)) {
        table.add({{node.entry.name, Style::good},
                   fmt::format("http://127.0.0.1:{}", node.entry.rpc_port),
                   right(peer_address(file, node.entry)),
                   right(std::to_string(node.height)),
                   right(node.wallet ? node.wallet->to_text() + " BTC" : "-")});
    }
    const std::string which = file.kept ? fmt::format(" --name {}", file.name) : "";
    const std::string& first = file.nodes.front().name;
    const auto signet = signet_notice(file);
    out += fmt::format("\n{}\n{}\n{}\nTry:  daler ps{}\n", table.to_text(colours), place_of(file),
                       signet.empty() ? "" : "\n" + signet, which);
    out += file.kept ? fmt::format("      DALER_NETWORK={} daler cli {} getblockchaininfo\n",
                                   file.name, first)
                     : fmt::format("      daler cli {} getblockchaininfo\n", first);
    out += fmt::format("      daler logs{} {}\n\n", which, first);
    out += options.background ? fmt::format("`daler down{}` ends it.\n", which)
                              : std::string("Ctrl-C ends it.\n");
    return out;
}

/// What `up --json` prints: what `ps --json` does, and the credentials.
std::string ready_line(Network& network) {
    Json out = status_json(network.file(), status_of(network));
    Json nodes = Json::array();
    for (const Json& item : out.find("nodes")->items()) {
        Json node = item;
        const auto login = credentials_of(*network.file().find(node.find("name")->as_string()));
        node.append("user", login.first);
        node.append("password", login.second);
        nodes.push(std::move(node));
    }
    out.set("nodes", std::move(nodes));
    return out.write() + "\n";
}

/// Ends what was started of a network that could not be started completely.
void undo(Network& network, bool is_new) {
    static_cast<void>(end_network(network));
    std::error_code error;
    if (is_new) fs::remove_all(network.file().folder, error);
}

/// Starts a network and prints what it is. Returns its folder; the lock is free again.
Result<fs::path, std::string> start_and_show(const Arguments& arguments, const UpOptions& options,
                                             const FundingPlan& funding, Interrupts& interrupts) {
    const auto place = options.name.empty() ? place_in_memory() : kept_place(options.name);
    if (!place) return fail(place.error());
    auto file =
        place->is_new ? new_file(options, place->folder) : old_file(arguments, place->folder);
    if (!file) return fail(file.error());
    Network network(std::move(*file));
    const auto started =
        start_network(network, options, place->is_new ? &funding : nullptr, interrupts);
    if (!started) {
        undo(network, place->is_new);
        return fail(started.error());
    }
    fmt::print("{}", options.json ? ready_line(network) : screen(network, options));
    std::fflush(stdout);
    return place->folder;
}

}  // namespace

int up(const Arguments& arguments) {
    const Parent parent;
    for (const auto& notice : remove_ended_networks())
        fmt::print(stderr, "{}\n", notice);
    const auto options = read_up_options(arguments);
    if (!options) return report(options.error());
    const auto funding = plan_funding(options->chain, options->count, options->fund);
    if (!funding) return report(funding.error());
    Interrupts interrupts;
    const auto folder = start_and_show(arguments, *options, *funding, interrupts);
    if (!folder) return report(folder.error());
    if (options->background) return EXIT_SUCCESS;
    const auto ended = stay(*folder, interrupts, parent);
    return ended ? EXIT_SUCCESS : report(ended.error());
}

}  // namespace daler::networks
