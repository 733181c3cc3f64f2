#pragma once

#include "networks/network_file.h"

#include <daler/client/connection.h>

#include <functional>
#include <map>
#include <memory>

namespace daler::networks {

class Arguments;

/// A network and the connections to its nodes. One thread, apart from `on_each`.
class Network {
public:
    explicit Network(NetworkFile file) : file_(std::move(file)) {}

    /// The network that the user means: that of the option --name, else that of the environment
    /// variable DALER_NETWORK, else the only one there is. The error names those there are.
    /// Networks in memory whose processes are gone are removed first, and a revert of this network
    /// that was interrupted is completed.
    [[nodiscard]] static Result<Network, std::string> find(const Arguments& arguments);
    /// The same by name; empty: DALER_NETWORK or the only one.
    [[nodiscard]] static Result<Network, std::string> find(const std::string& name);

    /// The folder of that network, whose file may be damaged.
    [[nodiscard]] static Result<std::filesystem::path, std::string> find_folder(
        const std::string& name);

    [[nodiscard]] NetworkFile& file() { return file_; }
    [[nodiscard]] const NetworkFile& file() const { return file_; }

    /// The node called `name`. The error names the nodes there are.
    [[nodiscard]] Result<NodeEntry*, std::string> node(std::string_view name);
    /// The node called `name` where it is given, else the first that runs. It must run: otherwise
    /// the error says how it ended and how to start it.
    [[nodiscard]] Result<NodeEntry*, std::string> running_node(
        const std::optional<std::string>& name);
    /// The same for mining: without `name` the one that signs the blocks of a signet, if the
    /// network has such a node.
    [[nodiscard]] Result<NodeEntry*, std::string> mining_node(
        const std::optional<std::string>& name);
    /// All nodes that run.
    [[nodiscard]] std::vector<NodeEntry*> running_nodes();

    /// The result of an RPC. `params` is an array or, by name, an object. The error names the node
    /// and the method.
    [[nodiscard]] Result<Json, std::string> call(const NodeEntry& node, const std::string& method,
                                                 const Json& params = Json::array());

    /// The same for a method of a wallet.
    [[nodiscard]] Result<Json, std::string> call_wallet(const NodeEntry& node,
                                                        const std::optional<std::string>& wallet,
                                                        const std::string& method,
                                                        const Json& params = Json::array());

    /// Runs `task` for each of the nodes, all at the same time, each on a thread of its own;
    /// `task` may use `call` with its node. Returns the first error, in the order of `nodes`.
    [[nodiscard]] Result<void, std::string> on_each(
        const std::vector<NodeEntry*>& nodes,
        const std::function<Result<void, std::string>(NodeEntry&)>& task);

    /// What nodes that are connected must have in common.
    enum class Agreement : std::uint8_t { tip, tip_and_mempool };
    /// Waits until all running nodes that are connected over links have the same tip, and the same
    /// mempool where that is asked for. The error says after `patience` who differs.
    [[nodiscard]] Result<void, std::string> wait_until_agreed(
        Agreement what = Agreement::tip, std::chrono::seconds patience = std::chrono::minutes(1));

    /// The running nodes in groups that are connected over links that are not cut.
    [[nodiscard]] std::vector<std::vector<NodeEntry*>> groups();

private:
    [[nodiscard]] client::RpcConnection& connection(const NodeEntry& node);
    /// What the nodes of an agreement compare.
    [[nodiscard]] Result<std::string, std::string> state_of(const NodeEntry& node, Agreement what);

    NetworkFile file_;
    std::map<std::string, std::unique_ptr<client::RpcConnection>, std::less<>> connections_;
};

/// A network that only this command changes.
struct LockedNetwork {
    NetworkLock lock;
    Network network;
};

/// Network::find, then the lock, then the file again, which other commands may have changed before.
[[nodiscard]] Result<LockedNetwork, std::string> lock_network(const Arguments& arguments);

/// Removes the networks in memory whose processes have all ended without `daler down`, with their
/// files. Returns a sentence about each.
[[nodiscard]] std::vector<std::string> remove_ended_networks();

/// Why the process of a node ended: what is known of it, else the last line of its log.
[[nodiscard]] std::string why_ended(const NodeEntry& node);

}  // namespace daler::networks
