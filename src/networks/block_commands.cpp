#include "networks/commands_list.h"
#include "networks/network.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace daler::networks {
namespace {

using Step = Result<void, std::string>;

constexpr std::int64_t most_seconds = 0xffffffff;
constexpr std::int64_t most_blocks = 1'000'000;

std::string text_of(const Json& object, std::string_view key) {
    const Json* found = object.find(key);
    if (!found) return "";
    return found->is_string() ? found->as_string() : found->write();
}

std::size_t count_of(const Json& object, std::string_view key) {
    const Json* found = object.find(key);
    return found ? found->size() : 0;
}

std::string counted(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// Adds the option as a number to `options`.
Step take_count(const Arguments& arguments, std::string_view option, std::string_view key,
                Json& options) {
    const auto text = arguments.value(option);
    if (!text) return {};
    const auto count = parse_count(option, *text, 1, most_seconds);
    if (!count) return fail(count.error());
    options.set(key, *count);
    return {};
}

std::string place_of_tip(Network& network, const NodeEntry& node) {
    const auto info = network.call(node, "getblockchaininfo");
    if (!info) return "";
    return fmt::format("height {}, tip {}", text_of(*info, "blocks"),
                       text_of(*info, "bestblockhash"));
}

/// Prints the node's answer as JSON, or `sentence`, and the answer's warning.
int answer(const Arguments& arguments, const Json& reply, const std::string& sentence) {
    if (arguments.has("--json")) {
        fmt::print("{}\n", reply.write());
        return EXIT_SUCCESS;
    }
    fmt::print("{}\n", sentence);
    if (const auto warning = text_of(reply, "warning"); !warning.empty())
        fmt::print("{}\n", warning);
    return EXIT_SUCCESS;
}

/// All nodes but the one that mines, which moves its time by itself.
Step advance_others(Network& network, const NodeEntry& miner, std::int64_t seconds) {
    auto others = network.running_nodes();
    std::erase_if(others, [&](const NodeEntry* node) { return node->name == miner.name; });
    Json params = Json::array();
    params.push(seconds);
    return network.on_each(others, [&](NodeEntry& node) -> Step {
        const auto moved = network.call(node, "advancetime", params);
        return moved ? Step{} : fail(moved.error());
    });
}

Result<Json, std::string> reorg_options(const Arguments& arguments) {
    Json options = Json::object();
    for (const auto& [option, key] : {std::pair{"--blocks", "blocks"}, {"--maxtries", "maxtries"}})
        if (const auto step = take_count(arguments, option, key, options); !step)
            return fail(step.error());
    if (const auto to = arguments.value("--to")) options.set("address", *to);
    if (arguments.has("--dry-run")) options.set("dry_run", true);
    Json replace = Json::array();
    for (const auto& transaction : arguments.values("--replace"))
        replace.push(transaction);
    if (!replace.empty()) options.set("replace", std::move(replace));
    const auto chosen = arguments.values("--transactions");
    Json ids = Json::array();
    for (const auto& id : chosen)
        ids.push(id);
    const bool is_word = chosen.size() == 1 && (chosen[0] == "none" || chosen[0] == "all");
    if (!chosen.empty()) options.set("transactions", is_word ? Json(chosen[0]) : std::move(ids));
    return options;
}

std::string reorg_sentence(const NodeEntry& node, const Json& reply, bool dry_run) {
    return fmt::format(
        "{}{}: {} left, {} entered, from height {} on.\n"
        "Transactions: {} confirmed, {} returned to the mempool, {} conflicted, {} dropped.",
        node.name, dry_run ? " would reorganise" : "", counted(count_of(reply, "left"), "block"),
        text_of(reply, "entered"), text_of(reply, "forkheight"), count_of(reply, "confirmed"),
        count_of(reply, "returned"), count_of(reply, "conflicted"), count_of(reply, "dropped"));
}

}  // namespace

int mine(const Arguments& arguments) {
    auto network = Network::find(arguments);
    if (!network) return report(network.error());
    const auto node = network->mining_node(arguments.value("--on"));
    if (!node) return report(node.error());
    const auto& words = arguments.words();
    const auto count = parse_count("N", words.empty() ? "1" : words[0], 1, most_blocks);
    if (!count) return report(count.error());
    Json options = Json::object();
    if (const auto to = arguments.value("--to")) options.set("address", *to);
    if (const auto step = take_count(arguments, "--every", "interval", options); !step)
        return report(step.error());
    if (const Json* every = options.find("interval")) {
        const auto span = *every->as_integer<std::int64_t>() * *count;
        if (span > most_seconds) return report("--every: the last block would be after 2106.");
        if (const auto step = advance_others(*network, **node, span); !step)
            return report(step.error());
    }
    Json params = Json::array();
    params.push(*count);
    params.push(std::move(options));
    const auto reply = network->call(**node, "mine", params);
    if (!reply) return report(reply.error());
    if (const auto agreed = network->wait_until_agreed(); !agreed) return report(agreed.error());
    return answer(
        arguments, *reply,
        fmt::format("{} mined {}: {}", (*node)->name, counted(count_of(*reply, "blocks"), "block"),
                    place_of_tip(*network, **node)));
}

int faucet(const Arguments& arguments) {
    auto network = Network::find(arguments);
    if (!network) return report(network.error());
    const auto node = network->mining_node(arguments.value("--on"));
    if (!node) return report(node.error());
    Json params = Json::array();
    for (const auto& word : arguments.words())
        params.push(word);
    const auto reply = network->call(**node, "faucet", params);
    if (!reply) return report(reply.error());
    if (const auto agreed = network->wait_until_agreed(Network::Agreement::tip_and_mempool);
        !agreed)
        return report(agreed.error());
    const auto mined = text_of(*reply, "blocks");
    return answer(arguments, *reply,
                  fmt::format("{} paid {} BTC in {}{}", (*node)->name,
                              arguments.words().size() > 1 ? arguments.words()[1] : "1",
                              text_of(*reply, "txid"),
                              mined == "0" ? "" : fmt::format(" (blocks mined first: {})", mined)));
}

int reorg(const Arguments& arguments) {
    auto network = Network::find(arguments);
    if (!network) return report(network.error());
    const auto node = network->mining_node(arguments.value("--on"));
    if (!node) return report(node.error());
    const auto depth = parse_count("DEPTH", arguments.words()[0], 1, most_blocks);
    if (!depth) return report(depth.error());
    auto options = reorg_options(arguments);
    if (!options) return report(options.error());
    Json params = Json::array();
    params.push(*depth);
    params.push(std::move(*options));
    const auto reply = network->call(**node, "reorg", params);
    if (!reply) return report(reply.error());
    if (const auto agreed = network->wait_until_agreed(); !agreed) return report(agreed.error());
    return answer(arguments, *reply, reorg_sentence(**node, *reply, arguments.has("--dry-run")));
}

}  // namespace daler::networks
