// The calls that cut, restore and list links: part of PeerSessions.
#include "peer_sessions.h"

#include <daler/primitives/chain_params.h>

namespace daler::sync {
namespace {

LinkInfo info_of(const LinkedNode& node, bool up) {
    return {node.name, node.address(), up, node.is_connected, node.is_inbound, node.is_outbound};
}

}  // namespace

std::vector<LinkedNode> PeerSessions::known_nodes() const {
    auto ends = connector_.targets();
    for (const auto& [id, peer] : context_.peers) {
        // An inbound connection without a version message can still be anybody.
        const bool is_known = !peer->is_inbound() || peer->got_version;
        if (is_known && peer->connection->is_open()) ends.push_back(link_end(*peer));
    }
    return linked_nodes(ends);
}

std::vector<LinkInfo> PeerSessions::links() const {
    std::vector<LinkInfo> out;
    const auto& cut = context_.links.cut_nodes();
    for (const auto& node : known_nodes()) {
        const bool is_cut = std::ranges::any_of(cut, [&](const LinkedNode& other) {
            return (!node.name.empty() && node.name == other.name) ||
                   std::ranges::any_of(node.addresses, [&](const auto& each) {
                       return other.addresses.contains(each);
                   });
        });
        if (!is_cut) out.push_back(info_of(node, true));
    }
    for (const auto& node : cut)
        out.push_back(info_of(node, false));
    std::ranges::sort(out, {},
                      [](const LinkInfo& link) { return std::tie(link.name, link.address); });
    return out;
}

Result<LinkInfo, std::string> PeerSessions::set_link(const std::string& peer,
                                                     std::optional<bool> up) {
    const auto port = context_.params.p2p_port;
    if (const auto* cut = context_.links.find(peer, port)) {
        if (!up.value_or(false)) return info_of(*cut, false);
        const auto node = context_.links.restore(*cut);
        log::info("The link to {} is restored", peer);
        connector_.reconnect(node.reconnect);
        return info_of(node, true);
    }
    const auto nodes = known_nodes();
    auto node = find_node(nodes, peer, port);
    if (!node) return fail(node.error());
    if (up.value_or(true)) return info_of(*node, true);
    return cut_link(std::move(*node), nodes);
}

Result<LinkInfo, std::string> PeerSessions::cut_link(LinkedNode node,
                                                     std::span<const LinkedNode> all) {
    for (const auto& [id, peer] : context_.peers) {
        const bool is_its_own = node.sockets.contains(peer->connection->remote().to_text());
        if (is_its_own && peer->is_manual() && !connector_.is_target(*peer))
            node.reconnect.push_back(peer->name);
    }
    auto info = info_of(node, false);
    info.connected = false;
    if (auto done = context_.links.cut(std::move(node), all); !done) return fail(done.error());
    log::info("The link to {} is cut", info.name.empty() ? info.address : info.name);
    for (const auto& [id, peer] : context_.peers)
        if (context_.links.is_cut(link_end(*peer))) peer->connection->close();
    return info;
}

}  // namespace daler::sync
