#pragma once

#include <daler/util/result.h>

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace daler::sync {

/// What is known of the other side of one connection, or of a node that the user named.
struct LinkEnd {
    std::string name;                    ///< -nodename; empty if it has none or is not known yet
    std::vector<std::string> addresses;  ///< HOST:PORT, where the node can be reached
    std::string socket;       ///< HOST:PORT of a connection; if inbound, the next one has another
    std::uint64_t nonce = 0;  ///< the same in all version messages of a daler node; 0: not known
    bool is_connected = false;
    bool is_inbound = false;
};

/// A node that this one is linked to: all ends that belong to it.
struct LinkedNode {
    std::string name;
    std::set<std::string> addresses;
    std::set<std::string> sockets;
    std::set<std::uint64_t> nonces;
    bool is_connected = false;
    bool is_inbound = false;   ///< one of its connections came from the other side
    bool is_outbound = false;  ///< one of its connections, or attempts, came from this side
    /// Addresses of connections that nothing but restoring the link makes again.
    std::vector<std::string> reconnect;

    /// An address to show; that of a socket if no other is known.
    [[nodiscard]] std::string address() const;
    /// Whether `text` is its name or one of its addresses, with or without the default port.
    [[nodiscard]] bool is_called(const std::string& text, std::uint16_t default_port) const;
};

/// Puts the ends that belong to one node together.
[[nodiscard]] std::vector<LinkedNode> linked_nodes(std::span<const LinkEnd> ends);

/// The node with this name or address. The error is a text for the user: there is none, or there
/// are several of this name.
[[nodiscard]] Result<LinkedNode, std::string> find_node(std::span<const LinkedNode> nodes,
                                                        const std::string& text,
                                                        std::uint16_t default_port);

/// The links that the user has cut. A node is recognised by its name and by its addresses. A pure
/// state machine; forgotten when the program ends.
class Links {
public:
    /// Cuts the link to `node`, one of `all`. If others have its name, its addresses alone count.
    /// The error is a text for the user: a later connection could not be recognised.
    Result<void, std::string> cut(LinkedNode node, std::span<const LinkedNode> all);
    /// The cut node of this name or address; null if there is none.
    [[nodiscard]] const LinkedNode* find(const std::string& text, std::uint16_t default_port) const;
    /// Ends a cut. Requires: `node` comes from `find`.
    LinkedNode restore(const LinkedNode& node);

    [[nodiscard]] bool is_cut(const LinkEnd& end) const;
    [[nodiscard]] const std::vector<LinkedNode>& cut_nodes() const { return cut_; }

private:
    std::vector<LinkedNode> cut_;
};

}  // namespace daler::sync
