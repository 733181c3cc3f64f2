#include "networks/watch_events.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

namespace daler::networks {
namespace {

std::string amount_of(std::int64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

Json names_json(const std::vector<std::string>& names) {
    Json out = Json::array();
    for (const auto& name : names)
        out.push(name);
    return out;
}

std::string comma_list(const std::vector<std::string>& names) {
    return fmt::format("{}", fmt::join(names, ","));
}

/// The elements of `a` that are not in `b`.
std::vector<std::string> without(const std::vector<std::string>& a,
                                 const std::vector<std::string>& b) {
    std::vector<std::string> out;
    std::ranges::copy_if(a, std::back_inserter(out), [&](const std::string& each) {
        return std::ranges::find(b, each) == b.end();
    });
    return out;
}

}  // namespace

void EventFinder::add(std::string text, Style style, std::string_view event, Json fields) {
    Json json = Json::object();
    json.append("time", now_);
    json.append("event", std::string(event));
    for (auto& [key, value] : fields.members())
        json.append(key, value);
    found_.push_back({now_, std::move(text), style, std::move(json)});
}

void EventFinder::find_ends_and_starts(const std::vector<NodeStatus>& nodes) {
    for (const NodeStatus& node : nodes) {
        const auto& name = node.entry.name;
        const auto old = seen_.find(name);
        const bool ran = old != seen_.end() && old->second.runs;
        Json fields = Json::object();
        fields.append("node", name);
        if (old == seen_.end()) {
            add(fmt::format("{} was added", name), Style::good, "added", std::move(fields));
        } else if (ran && !node.runs) {
            const auto reason = node.trouble.substr(std::min(node.trouble.size(), name.size() + 2));
            fields.append("reason", reason);
            add(fmt::format("{} has ended: {}", name, reason), Style::bad, "ended",
                std::move(fields));
        } else if (node.runs && (!ran || old->second.process != node.entry.process)) {
            add(fmt::format("{} has started", name), Style::good, "started", std::move(fields));
        }
    }
}

void EventFinder::add_move(const Move& move, bool is_known) {
    const NodeStatus& node = *move.first;
    const auto left = questions_.blocks_left(node, move.before.tip);
    Json fields = Json::object();
    fields.append("nodes", names_json(move.names));
    fields.append("height", node.height);
    fields.append("hash", node.tip);
    const auto who = comma_list(move.names);
    if (!left) {
        add(fmt::format("{} reverted from height {} to {}", who, move.before.height, node.height),
            Style::bad, "reverted", std::move(fields));
        return;
    }
    const auto entered = node.height - move.before.height + *left;
    if (*left > 0) {
        fields.append("left", *left);
        fields.append("entered", entered);
        add(fmt::format("{} reorganised: {} left, {} entered, height {}", who,
                        amount_of(*left, "block"), entered, node.height),
            Style::bad, "reorganised", std::move(fields));
        return;
    }
    if (is_known) return;  // other nodes had it first
    const auto facts = questions_.tip_facts(node);
    fields.append("blocks", entered);
    fields.append("miner", facts.miner);
    fields.append("transactions", facts.transactions);
    const auto by = facts.miner.empty() ? "" : " by " + facts.miner;
    add(entered == 1 ? fmt::format("block {}{}: {}", node.height, by,
                                   amount_of(facts.transactions, "transaction"))
                     : fmt::format("{} blocks{}, up to {}", entered, by, node.height),
        Style::good, "block", std::move(fields));
}

void EventFinder::find_moves(const std::vector<NodeStatus>& nodes) {
    std::vector<Move> moves;
    std::set<std::string> known;
    for (const auto& [name, seen] : seen_)
        known.insert(seen.tip);
    for (const NodeStatus& node : nodes) {
        const auto old = seen_.find(node.entry.name);
        if (!node.trouble.empty() || old == seen_.end()) continue;
        const Seen& before = old->second;
        // A node that has started again has its blocks from disk or from its peers.
        const bool is_same_process = before.process == node.entry.process;
        if (!is_same_process || before.tip.empty() || before.tip == node.tip) continue;
        const auto same = std::ranges::find_if(moves, [&](const Move& move) {
            return move.before.tip == before.tip && move.first->tip == node.tip;
        });
        if (same != moves.end())
            same->names.push_back(node.entry.name);
        else
            moves.push_back({&node, before, {node.entry.name}});
    }
    for (const Move& move : moves)
        add_move(move, !known.insert(move.first->tip).second);
}

void EventFinder::find_mempool(const std::vector<NodeStatus>& nodes) {
    std::int64_t most = 0;
    for (const NodeStatus& node : nodes)
        most = std::max(most, node.mempool);
    const auto change = most - std::exchange(mempool_, most);
    // A block takes transactions away, and says how many.
    const bool has_blocks = std::ranges::any_of(
        found_, [](const Event& event) { return event.json.find("height") != nullptr; });
    if (change == 0 || !has_looked_ || (has_blocks && change < 0)) return;
    Json fields = Json::object();
    fields.append("transactions", most);
    fields.append("change", change);
    add(fmt::format("mempool: {} ({:+})", amount_of(most, "transaction"), change), Style::plain,
        "mempool", std::move(fields));
}

void EventFinder::find_links(const NetworkFile& file) {
    std::vector<std::string> cut;
    for (const Link& link : file.links)
        if (link.cut) cut.push_back(link.from + "-" + link.to);
    const auto fresh = without(cut, cut_), restored = without(cut_, cut);
    cut_ = std::move(cut);
    if (!has_looked_) return;
    for (const auto& [links, word, style] :
         {std::tuple{&fresh, "cut", Style::bad}, std::tuple{&restored, "restored", Style::good}}) {
        if (links->empty()) continue;
        Json fields = Json::object();
        fields.append("links", names_json(*links));
        add(fmt::format("{} {}: {}", amount_of(static_cast<std::int64_t>(links->size()), "link"),
                        word, fmt::join(*links, ", ")),
            style, word, std::move(fields));
    }
}

std::vector<Event> EventFinder::look(std::int64_t now, const NetworkFile& file,
                                     const std::vector<NodeStatus>& nodes) {
    now_ = now;
    if (has_looked_) {
        find_ends_and_starts(nodes);
        find_moves(nodes);
    }
    find_mempool(nodes);
    find_links(file);
    has_looked_ = true;
    for (const NodeStatus& node : nodes) {
        Seen& seen = seen_[node.entry.name];
        seen.runs = node.runs;
        seen.process = node.entry.process;
        if (!node.trouble.empty()) continue;
        seen.height = node.height;
        seen.tip = node.tip;
    }
    return std::exchange(found_, {});
}

}  // namespace daler::networks
