#include "networks/network.h"

#include "networks/arguments.h"
#include "networks/places.h"
#include "networks/revert.h"

#include <daler/util/ensure.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <thread>

namespace daler::networks {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_of(const std::vector<fs::path>& folders) {
    std::vector<std::string> out;
    for (const auto& folder : folders)
        out.push_back(folder.filename().string());
    return out;
}

std::string names_of(const std::vector<NodeEntry>& nodes) {
    std::vector<std::string> out;
    for (const auto& node : nodes)
        out.push_back(node.name);
    return fmt::format("{}", fmt::join(out, ", "));
}

bool runs(const fs::path& folder) {
    const auto file = NetworkFile::load(folder);
    return file && std::ranges::any_of(file->nodes, &NodeEntry::is_running);
}

/// The one of `folders` that is meant without a name: the only network, else the only one that
/// runs.
Result<fs::path, std::string> only_one(const std::vector<fs::path>& folders) {
    if (folders.empty()) return fail(std::string("There is no network. `daler up` starts one."));
    if (folders.size() == 1) return folders.front();
    std::vector<fs::path> running;
    std::ranges::copy_if(folders, std::back_inserter(running), runs);
    if (running.size() == 1) return running.front();
    return fail(fmt::format(
        "There are several networks: {}. Choose one with --name or the variable DALER_NETWORK.",
        fmt::join(names_of(folders), ", ")));
}

std::string rpc_error_text(const Json& error) {
    const Json* message = error.find("message");
    return message && message->is_string() ? message->as_string() : error.write();
}

}  // namespace

Result<Network, std::string> Network::find(const Arguments& arguments) {
    return find(arguments.value("--name").value_or(""));
}

Result<Network, std::string> Network::find(const std::string& name) {
    const auto folder = find_folder(name);
    if (!folder) return fail(folder.error());
    auto file = NetworkFile::load(*folder);
    if (file && is_reverting(*file)) {
        for (const auto& notice : finish_revert(*folder))
            fmt::print(stderr, "{}\n", notice);
        file = NetworkFile::load(*folder);
    }
    if (!file) return fail(file.error());
    return Network(std::move(*file));
}

Result<fs::path, std::string> Network::find_folder(const std::string& name) {
    for (const auto& notice : remove_ended_networks())
        fmt::print(stderr, "{}\n", notice);
    const auto folders = network_folders();
    if (!folders) return fail(folders.error());
    const char* variable = std::getenv("DALER_NETWORK");
    const std::string wanted = name.empty() && variable ? variable : name;
    if (wanted.empty()) return only_one(*folders);
    const auto found = std::ranges::find(*folders, fs::path(wanted), &fs::path::filename);
    if (found != folders->end()) return *found;
    return fail(folders->empty()
                    ? fmt::format("There is no network \"{}\". `daler up` starts one.", wanted)
                    : fmt::format("There is no network \"{}\". There are: {}.", wanted,
                                  fmt::join(names_of(*folders), ", ")));
}

Result<NodeEntry*, std::string> Network::node(std::string_view name) {
    if (NodeEntry* found = file_.find(name)) return found;
    return fail(fmt::format("The network {} has no node \"{}\". It has: {}.", file_.name, name,
                            names_of(file_.nodes)));
}

Result<NodeEntry*, std::string> Network::running_node(const std::optional<std::string>& name) {
    if (!name) {
        const auto running = running_nodes();
        if (!running.empty()) return running.front();
        return fail(
            fmt::format("No node of the network {} runs. `daler start` starts them.", file_.name));
    }
    auto found = node(*name);
    if (!found || (*found)->is_running()) return found;
    return fail(fmt::format("{} does not run: {}. `daler start {}` starts it.", *name,
                            why_ended(**found), *name));
}

Result<NodeEntry*, std::string> Network::mining_node(const std::optional<std::string>& name) {
    if (name || file_.signer.empty()) return running_node(name);
    return running_node(file_.signer);
}

std::vector<NodeEntry*> Network::running_nodes() {
    std::vector<NodeEntry*> out;
    for (NodeEntry& node : file_.nodes)
        if (node.is_running()) out.push_back(&node);
    return out;
}

client::RpcConnection& Network::connection(const NodeEntry& node) {
    auto& place = connections_[node.name];
    if (!place || place->access().port != node.rpc_port) {
        client::Access access;
        access.host = "127.0.0.1";
        access.port = node.rpc_port;
        access.cookie = node.cookie;
        access.timeout = std::chrono::minutes(5);
        place = std::make_unique<client::RpcConnection>(std::move(access));
    }
    return *place;
}

Result<Json, std::string> Network::call(const NodeEntry& node, const std::string& method,
                                        const Json& params) {
    return call_wallet(node, std::nullopt, method, params);
}

Result<Json, std::string> Network::call_wallet(const NodeEntry& node,
                                               const std::optional<std::string>& wallet,
                                               const std::string& method, const Json& params) {
    auto reply = connection(node).call(method, params, wallet);
    if (!reply) {
        return fail(
            fmt::format("{} does not answer {}: {}", node.name, method,
                        node.is_running() ? reply.error() : "it does not run. " + why_ended(node)));
    }
    if (const Json* error = reply->find("error"); error && !error->is_null())
        return fail(fmt::format("{}: {}: {}", node.name, method, rpc_error_text(*error)));
    Json* result = reply->find("result");
    return result ? std::move(*result) : Json();
}

Result<void, std::string> Network::on_each(
    const std::vector<NodeEntry*>& nodes,
    const std::function<Result<void, std::string>(NodeEntry&)>& task) {
    // The map must not change while the threads use it.
    for (const NodeEntry* node : nodes)
        static_cast<void>(connection(*node));
    std::vector<Result<void, std::string>> outcomes(nodes.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        threads.emplace_back([&, i] { outcomes[i] = task(*nodes[i]); });
    for (auto& thread : threads)
        thread.join();
    for (auto& outcome : outcomes)
        if (!outcome) return outcome;
    return {};
}

std::vector<std::vector<NodeEntry*>> Network::groups() {
    std::vector<std::vector<NodeEntry*>> out;
    std::vector<NodeEntry*> left = running_nodes();
    while (!left.empty()) {
        std::vector<NodeEntry*> group{left.front()};
        left.erase(left.begin());
        for (std::size_t i = 0; i < group.size(); ++i) {
            for (const Link& link : file_.links) {
                const bool touches = link.from == group[i]->name || link.to == group[i]->name;
                if (link.cut || !touches) continue;
                const auto& other = link.from == group[i]->name ? link.to : link.from;
                const auto found = std::ranges::find(left, other, &NodeEntry::name);
                if (found == left.end()) continue;
                group.push_back(*found);
                left.erase(found);
            }
        }
        out.push_back(std::move(group));
    }
    return out;
}

Result<std::string, std::string> Network::state_of(const NodeEntry& node, Agreement what) {
    const auto tip = call(node, "getbestblockhash");
    if (!tip) return fail(tip.error());
    if (what == Agreement::tip) return tip->as_string();
    const auto pool = call(node, "getrawmempool");
    if (!pool) return fail(pool.error());
    std::vector<std::string> ids;
    for (const Json& id : pool->items())
        ids.push_back(id.as_string());
    std::ranges::sort(ids);
    return fmt::format("{} {}", tip->as_string(), fmt::join(ids, " "));
}

Result<void, std::string> Network::wait_until_agreed(Agreement what,
                                                     std::chrono::seconds patience) {
    constexpr std::chrono::milliseconds pause{1};
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (const auto& group : groups()) {
        for (std::size_t same = 1; same < group.size();) {
            const auto first = state_of(*group[0], what);
            if (!first) return fail(first.error());
            // Those that agreed a moment ago are asked again when the first has moved on.
            for (same = 1; same < group.size(); ++same) {
                const auto state = state_of(*group[same], what);
                if (!state) return fail(state.error());
                if (*state != *first) break;
            }
            if (same == group.size()) break;
            if (std::chrono::steady_clock::now() > deadline) {
                return fail(fmt::format(
                    "{} and {} have had different {} for {} s. `daler ps` shows them.",
                    group[0]->name, group[same]->name,
                    what == Agreement::tip ? "tips" : "tips or mempools", patience.count()));
            }
            std::this_thread::sleep_for(pause);
            same = 1;
        }
    }
    return {};
}

Result<LockedNetwork, std::string> lock_network(const Arguments& arguments) {
    const auto found = Network::find(arguments);
    if (!found) return fail(found.error());
    auto lock = NetworkLock::take(found->file().folder);
    if (!lock) return fail(lock.error());
    auto file = NetworkFile::load(found->file().folder);
    if (!file) return fail(file.error());
    return LockedNetwork{std::move(*lock), Network(std::move(*file))};
}

}  // namespace daler::networks
