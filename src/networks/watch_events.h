#pragma once

#include "networks/status.h"
#include "networks/text_table.h"

#include <functional>

namespace daler::networks {

/// Something that has happened on a network.
struct Event {
    std::int64_t time = 0;  ///< Unix seconds
    std::string text;       ///< one line
    Style style = Style::plain;
    Json json;  ///< an object with `time` and `event`
};

/// What an event says of the newest block of a node.
struct TipFacts {
    std::string miner;              ///< the node whose wallet has its reward; empty: none
    std::int64_t transactions = 0;  ///< without the coinbase
};

/// Questions that only nodes can answer.
struct ChainQuestions {
    /// How many blocks, from the block with this hash down, `node` has left. Nothing: it does not
    /// know the block any more.
    std::function<std::optional<std::int64_t>(const NodeStatus& node, const std::string& hash)>
        blocks_left;
    std::function<TipFacts(const NodeStatus& node)> tip_facts;
};

/// Finds out what has happened from one look at a network to the next.
class EventFinder {
public:
    explicit EventFinder(ChainQuestions questions) : questions_(std::move(questions)) {}

    /// What has happened since the call before; nothing in the first one. What several nodes do is
    /// one event.
    [[nodiscard]] std::vector<Event> look(std::int64_t now, const NetworkFile& file,
                                          const std::vector<NodeStatus>& nodes);

private:
    struct Seen {
        bool runs = false;
        ProcessId process{};
        std::int64_t height = 0;
        std::string tip;  ///< the newest one that is known
    };
    /// Nodes that have gone from one tip to another.
    struct Move {
        const NodeStatus* first;
        Seen before;
        std::vector<std::string> names;
    };

    void find_ends_and_starts(const std::vector<NodeStatus>& nodes);
    void find_moves(const std::vector<NodeStatus>& nodes);
    void add_move(const Move& move, bool is_known);
    void find_mempool(const std::vector<NodeStatus>& nodes);
    void find_links(const NetworkFile& file);
    void add(std::string text, Style style, std::string_view event, Json fields);

    ChainQuestions questions_;
    std::map<std::string, Seen, std::less<>> seen_;
    std::vector<std::string> cut_;  ///< links
    std::int64_t mempool_ = 0;
    bool has_looked_ = false;
    std::int64_t now_ = 0;
    std::vector<Event> found_;
};

}  // namespace daler::networks
