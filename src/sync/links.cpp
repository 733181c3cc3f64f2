#include "links.h"

#include <daler/net/peer_address.h>

#include <fmt/ranges.h>

#include <algorithm>

namespace daler::sync {
namespace {

bool belongs_to(const LinkEnd& end, const LinkedNode& node) {
    if (end.nonce != 0 && node.nonces.contains(end.nonce)) return true;
    if (std::ranges::any_of(end.addresses,
                            [&](const auto& each) { return node.addresses.contains(each); }))
        return true;
    // A node that is to be connected may be connected already. Two connections with one name may
    // lead to two nodes.
    return !end.name.empty() && end.name == node.name && !(end.is_connected && node.is_connected);
}

void add_to(LinkedNode& node, const LinkEnd& end) {
    if (node.name.empty()) node.name = end.name;
    node.addresses.insert(end.addresses.begin(), end.addresses.end());
    if (!end.socket.empty()) node.sockets.insert(end.socket);
    if (end.nonce != 0) node.nonces.insert(end.nonce);
    node.is_connected |= end.is_connected;
    (end.is_inbound ? node.is_inbound : node.is_outbound) = true;
}

void merge(LinkedNode& node, const LinkedNode& other) {
    if (node.name.empty()) node.name = other.name;
    node.addresses.insert(other.addresses.begin(), other.addresses.end());
    node.sockets.insert(other.sockets.begin(), other.sockets.end());
    node.nonces.insert(other.nonces.begin(), other.nonces.end());
    node.is_connected |= other.is_connected;
    node.is_inbound |= other.is_inbound;
    node.is_outbound |= other.is_outbound;
}

}  // namespace

std::string LinkedNode::address() const {
    if (!addresses.empty()) return *addresses.begin();
    return sockets.empty() ? std::string() : *sockets.begin();
}

bool LinkedNode::is_called(const std::string& text, std::uint16_t default_port) const {
    if (name == text || addresses.contains(text) || sockets.contains(text)) return true;
    const auto full = net::PeerAddress::from_text(text, default_port);
    return full && addresses.contains(full->to_text());
}

std::vector<LinkedNode> linked_nodes(std::span<const LinkEnd> ends) {
    std::vector<LinkedNode> out;
    for (const auto& end : ends) {
        LinkedNode node;
        std::erase_if(out, [&](const LinkedNode& other) {
            if (!belongs_to(end, other)) return false;
            merge(node, other);
            return true;
        });
        add_to(node, end);
        out.push_back(std::move(node));
    }
    return out;
}

Result<LinkedNode, std::string> find_node(std::span<const LinkedNode> nodes,
                                          const std::string& text, std::uint16_t default_port) {
    std::vector<std::string> addresses;
    const LinkedNode* found = nullptr;
    for (const auto& node : nodes) {
        if (text.empty() || node.name != text) continue;
        addresses.push_back(node.address());
        found = &node;
    }
    if (addresses.size() > 1) {
        return fail(fmt::format("{} nodes are called {}: {}. Name one by its address.",
                                addresses.size(), text, fmt::join(addresses, ", ")));
    }
    for (const auto& node : nodes)
        if (!found && !text.empty() && node.is_called(text, default_port)) found = &node;
    if (found) return *found;
    return fail(fmt::format(
        "No peer has the name or address '{}'. listlinks shows the peers that this node knows.",
        text));
}

Result<void, std::string> Links::cut(LinkedNode node, std::span<const LinkedNode> all) {
    const auto namesakes = std::ranges::count(all, node.name, &LinkedNode::name);
    if (namesakes > 1) node.name.clear();
    if (node.name.empty() && node.addresses.empty()) {
        return fail(fmt::format(
            "The peer at {} has connected to this node and does not tell a name of its own, so its "
            "next connection could not be recognised. Start it with -nodename, let this node "
            "connect to it (addnode), or cut the link on its side.",
            node.address()));
    }
    node.is_connected = false;
    cut_.push_back(std::move(node));
    return {};
}

const LinkedNode* Links::find(const std::string& text, std::uint16_t default_port) const {
    const auto found = std::ranges::find_if(cut_, [&](const LinkedNode& node) {
        return !text.empty() && node.is_called(text, default_port);
    });
    return found == cut_.end() ? nullptr : &*found;
}

LinkedNode Links::restore(const LinkedNode& node) {
    LinkedNode out = node;
    cut_.erase(cut_.begin() + (&node - cut_.data()));
    return out;
}

bool Links::is_cut(const LinkEnd& end) const {
    return std::ranges::any_of(cut_, [&](const LinkedNode& node) {
        if (!end.name.empty() && end.name == node.name) return true;
        return std::ranges::any_of(end.addresses,
                                   [&](const auto& each) { return node.addresses.contains(each); });
    });
}

}  // namespace daler::sync
