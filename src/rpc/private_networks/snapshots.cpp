#include "rpc/private_networks/methods.h"

#include <daler/rpc/values.h>
#include <daler/snapshots/snapshots.h>
#include <daler/sync/peer_service.h>
#include <daler/util/storage_error.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <thread>

namespace daler::rpc {
namespace {

/// The snapshots, once blocks and mempool are loaded.
snapshots::Snapshots& snapshots_of(const Call& call) {
    const Services& node = call.node();
    if (!node.snapshots) throw Error{code::misc, "This node has no snapshots."};
    constexpr std::chrono::milliseconds look_again{1};
    while (node.loading()) {
        refuse_if_stopping(node);
        std::this_thread::sleep_for(look_again);
    }
    return *node.snapshots;
}

std::optional<std::string> name_argument(const Call& call) {
    if (call.json(0).is_null()) return std::nullopt;
    return call.string(0);
}

template <class Work>
auto value_or_error(Work work) {
    try {
        auto done = work();
        if (!done) throw Error{code::misc, done.error()};
        if constexpr (!std::is_void_v<typename decltype(done)::value_type>) return std::move(*done);
    } catch (const StorageError& error) {
        throw Error{code::misc, error.what()};
    }
}

Json summary_json(const snapshots::Summary& summary) {
    Json out = Json::object();
    out.append("name", summary.name);
    out.append("time", unix_seconds(summary.created));
    out.append("height", summary.height);
    out.append("hash", summary.tip.to_hex());
    return out;
}

Json wallets_json(const std::vector<wallet::MovedWallet>& wallets) {
    Json out = Json::array();
    for (const auto& wallet : wallets) {
        Json one = Json::object();
        one.append("name", wallet.name);
        one.append("newname", wallet.new_name);
        out.push(std::move(one));
    }
    return out;
}

/// The addresses of peers that have blocks above `height`.
std::vector<std::string> peers_above(const std::vector<sync::PeerInfo>& peers, Height height) {
    std::vector<std::string> out;
    for (const auto& peer : peers)
        if (std::max(peer.synced_headers, peer.starting_height) > height)
            out.push_back(peer.address);
    return out;
}

}  // namespace

Json snapshot(Call& call) {
    auto& all = snapshots_of(call);
    return summary_json(value_or_error([&] { return all.take(name_argument(call)); }));
}

Json revert(Call& call) {
    auto& all = snapshots_of(call);
    // Afterwards the node does not know any more which blocks they have.
    const auto peers = call.node().peers.peers();
    const auto reverted = value_or_error([&] { return all.revert(name_argument(call)); });
    const auto& snapshot = reverted.snapshot;
    Json out = Json::object();
    out.append("name", snapshot.name);
    out.append("height", snapshot.height);
    out.append("hash", snapshot.tip.to_hex());
    out.append("blocks", reverted.height_before - snapshot.height);
    out.append("wallets", wallets_json(reverted.moved_wallets));
    Json dropped = Json::array();
    for (const auto& name : reverted.dropped)
        dropped.push(name);
    out.append("dropped", std::move(dropped));
    const auto ahead = peers_above(peers, snapshot.height);
    if (!ahead.empty()) {
        out.append("warning", fmt::format("These peers have later blocks and may send them again: "
                                          "{}. To revert all nodes together, call setnetworkactive "
                                          "false on all of them first.",
                                          fmt::join(ahead, ", ")));
    }
    return out;
}

Json listsnapshots(Call& call) {
    Json out = Json::array();
    for (const auto& summary : snapshots_of(call).list())
        out.push(summary_json(summary));
    return out;
}

Json dropsnapshot(Call& call) {
    auto& all = snapshots_of(call);
    value_or_error([&] { return all.drop(call.string(0)); });
    return {};
}

}  // namespace daler::rpc
