#pragma once

#include <string>
#include <string_view>

namespace daler::sync {

/// True for 1 to wire::limits::node_name_bytes letters, digits, '-' and '_'.
[[nodiscard]] bool is_node_name(std::string_view text);
/// The comment in the user agent (BIP 14) that tells peers the name of a node: "node=n1".
[[nodiscard]] std::string node_name_comment(std::string_view name);
/// The name of the node with this user agent; empty if it has none. The text may come from a peer.
[[nodiscard]] std::string node_name_in(std::string_view user_agent);

}  // namespace daler::sync
