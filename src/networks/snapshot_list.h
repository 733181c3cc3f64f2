#pragma once

#include "networks/network.h"

namespace daler::networks {

/// A snapshot on the nodes that have it.
struct NetworkSnapshot {
    struct Holder {
        std::string node;
        std::int64_t height = 0;
        std::string hash;  ///< of the tip
    };

    std::string name;
    std::int64_t time = 0;        ///< Unix seconds, when the first holder took it
    std::vector<Holder> holders;  ///< in the order of the nodes, at least one

    [[nodiscard]] bool is_on(std::string_view node) const;
    /// "103", or "103 to 105" where nodes have different ones.
    [[nodiscard]] std::string heights() const;
};

/// Adds what `node` answered to `listsnapshots`, the oldest first, to the snapshots of others.
void add_snapshots(std::vector<NetworkSnapshot>& all, const std::string& node, const Json& answer);

/// The snapshots of all running nodes: those of the first node from old to new, then others.
[[nodiscard]] Result<std::vector<NetworkSnapshot>, std::string> list_snapshots(Network& network);

/// The first of "1", "2", ... that no snapshot has as its name.
[[nodiscard]] std::string free_snapshot_name(const std::vector<NetworkSnapshot>& all);

/// The snapshot called `name`; without a name the newest one that is on all `nodes`. The error says
/// what there is.
[[nodiscard]] Result<NetworkSnapshot, std::string> choose_snapshot(
    const std::vector<NetworkSnapshot>& all, const std::optional<std::string>& name,
    const std::vector<NodeEntry>& nodes);

[[nodiscard]] std::string snapshots_text(const std::vector<NetworkSnapshot>& all,
                                         std::size_t node_count, bool colours);
[[nodiscard]] Json snapshots_json(const std::vector<NetworkSnapshot>& all);
[[nodiscard]] Json snapshot_json(const NetworkSnapshot& snapshot);

}  // namespace daler::networks
