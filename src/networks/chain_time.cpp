#include "networks/chain_time.h"

#include "networks/commands_list.h"
#include "networks/network.h"
#include "networks/text_table.h"

#include <daler/util/time_text.h>

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace daler::networks {
namespace {

constexpr std::string_view units = "dhms";
constexpr std::int64_t unit_seconds[] = {86400, 3600, 60, 1};

/// What a node says about its chain time.
struct NodeTime {
    std::int64_t time = 0;
    std::int64_t median = 0;
    bool stopped = false;
};

NodeTime read_time(const Json& reply) {
    const auto number = [&](std::string_view key) {
        const Json* found = reply.find(key);
        return found ? found->as_integer<std::int64_t>().value_or(0) : 0;
    };
    const Json* stopped = reply.find("stopped");
    return {number("time"), number("mediantime"),
            stopped && stopped->is_bool() && stopped->as_bool()};
}

using Times = std::vector<NodeTime>;

Result<Times, std::string> ask_all(Network& network, const std::vector<NodeEntry*>& nodes,
                                   const std::string& method, const Json& params) {
    Times out(nodes.size());
    const auto asked = network.on_each(nodes, [&](NodeEntry& node) -> Result<void, std::string> {
        const auto reply = network.call(node, method, params);
        if (!reply) return fail(reply.error());
        const auto index = std::ranges::find(nodes, &node) - nodes.begin();
        out[static_cast<std::size_t>(index)] = read_time(*reply);
        return {};
    });
    if (!asked) return fail(asked.error());
    return out;
}

/// Moves all nodes, or none if one of them cannot go there.
Result<Times, std::string> move_all(Network& network, const std::vector<NodeEntry*>& nodes,
                                    const Times& current, std::string_view when) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto target =
        parse_when(when, from_unix(current.front().time),
                   from_unix(std::chrono::duration_cast<std::chrono::seconds>(now).count()));
    if (!target) return fail(target.error());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (unix_seconds(*target) > current[i].median) continue;
        return fail(fmt::format(
            "{} is not after the median time of the last blocks of {}, {}. Choose a later time.",
            time_text(*target), nodes[i]->name, time_text(from_unix(current[i].median))));
    }
    Json params = Json::array();
    params.push(unix_seconds(*target));
    return ask_all(network, nodes, "settime", params);
}

void print_times(const std::vector<NodeEntry*>& nodes, const Times& times, bool as_json) {
    Json list = Json::array();
    TextTable table({"NODE", "CHAIN TIME", "MEDIAN OF LAST BLOCKS", "CLOCK"});
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        Json item = Json::object();
        item.append("name", nodes[i]->name);
        item.append("time", times[i].time);
        item.append("mediantime", times[i].median);
        item.append("stopped", times[i].stopped);
        list.push(std::move(item));
        table.add({nodes[i]->name, time_text(from_unix(times[i].time)),
                   time_text(from_unix(times[i].median)), times[i].stopped ? "stopped" : "runs"});
    }
    if (as_json)
        fmt::print("{}\n", list.write());
    else
        fmt::print("{}", table.to_text(use_colours()));
}

}  // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    if (text.empty()) return std::nullopt;
    std::int64_t total = 0;
    std::size_t next_unit = 0;
    while (!text.empty()) {
        std::int64_t count = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (error != std::errc() || text.front() == '-' || end == text.data() + text.size())
            return std::nullopt;
        const std::size_t unit = units.find(*end);
        if (unit == std::string_view::npos || unit < next_unit) return std::nullopt;
        if (count > unix_seconds(latest_block_time) / unit_seconds[unit]) return std::nullopt;
        total += count * unit_seconds[unit];
        next_unit = unit + 1;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
    }
    if (total > unix_seconds(latest_block_time)) return std::nullopt;
    return std::chrono::seconds(total);
}

Result<BlockTime, std::string> parse_when(std::string_view text, BlockTime current, BlockTime now) {
    if (text == "now") return now;
    if (text.starts_with('+') || text.starts_with('-')) {
        const auto distance = parse_duration(text.substr(1));
        const auto moved = !distance             ? std::int64_t{-1}
                           : text.front() == '+' ? unix_seconds(current) + distance->count()
                                                 : unix_seconds(current) - distance->count();
        if (moved > 0 && moved <= unix_seconds(latest_block_time)) return from_unix(moved);
    } else if (const auto time = parse_time(text)) {
        return *time;
    }
    return fail(fmt::format(
        "\"{}\" is no time. Allowed: now, +1d, +2h30m, -10m, Unix seconds, or a time such as "
        "2030-01-01T00:00:00Z, before 2106.",
        text));
}

int time(const Arguments& arguments) {
    auto network = Network::find(arguments);
    if (!network) return report(network.error());
    if (const auto any = network->running_node(std::nullopt); !any) return report(any.error());
    const auto nodes = network->running_nodes();
    auto times = ask_all(*network, nodes, "gettime", Json::array());
    if (times && !arguments.words().empty())
        times = move_all(*network, nodes, *times, arguments.words().front());
    if (!times) return report(times.error());
    print_times(nodes, *times, arguments.has("--json"));
    return EXIT_SUCCESS;
}

}  // namespace daler::networks
