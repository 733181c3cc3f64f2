#include "networks/status.h"

#include "networks/commands_list.h"
#include "networks/launcher.h"
#include "networks/signet.h"
#include "networks/text_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <cstdlib>

namespace daler::networks {
namespace {

Result<void, std::string> ask_chain(Network& network, NodeStatus& status) {
    const auto chain = network.call(status.entry, "getblockchaininfo");
    if (!chain) return fail(chain.error());
    const auto peers = network.call(status.entry, "getconnectioncount");
    if (!peers) return fail(peers.error());
    const auto pool = network.call(status.entry, "getmempoolinfo");
    if (!pool) return fail(pool.error());
    const Json* height = chain->find("blocks");
    const Json* tip = chain->find("bestblockhash");
    const Json* size = pool->find("size");
    if (!height || !tip || !tip->is_string() || !size)
        return fail(fmt::format("{} gave an answer that makes no sense.", status.entry.name));
    status.height = height->as_integer<std::int64_t>().value_or(0);
    status.tip = tip->as_string();
    status.peers = peers->as_integer<std::int64_t>().value_or(0);
    status.mempool = size->as_integer<std::int64_t>().value_or(0);
    return {};
}

/// What a wallet can spend now.
Result<Amount, std::string> spendable(Network& network, const NodeEntry& node,
                                      const std::string& wallet) {
    const auto balances = network.call_wallet(node, wallet, "getbalances");
    if (!balances) return fail(balances.error());
    const Json* mine = balances->find("mine");
    const Json* trusted = mine ? mine->find("trusted") : nullptr;
    const auto amount =
        trusted && trusted->is_number() ? Amount::from_text(trusted->number_text()) : std::nullopt;
    return amount.value_or(Amount{});
}

Result<void, std::string> ask_wallets(Network& network, NodeStatus& status) {
    const auto wallets = network.call(status.entry, "listwallets");
    if (!wallets) return {};  // the node has no wallets (-disablewallet)
    for (const Json& name : wallets->items()) {
        const auto amount = spendable(network, status.entry, name.as_string());
        if (!amount) return fail(amount.error());
        status.wallet = status.wallet.value_or(Amount{}) + *amount;
    }
    return {};
}

}  // namespace

std::vector<NodeStatus> status_of(Network& network) {
    std::vector<NodeStatus> out;
    for (const NodeEntry& entry : network.file().nodes)
        out.push_back({entry, entry.is_running(), "", 0, "", 0, 0, {}});
    const auto ask = [&](NodeEntry& entry) -> Result<void, std::string> {
        NodeStatus& status = *std::ranges::find(
            out, entry.name,
            [](const NodeStatus& s) -> const std::string& { return s.entry.name; });
        auto asked = ask_chain(network, status);
        if (asked) asked = ask_wallets(network, status);
        if (!asked) status.trouble = asked.error();
        return {};
    };
    static_cast<void>(network.on_each(network.running_nodes(), ask));
    for (NodeStatus& status : out)
        if (!status.runs)
            status.trouble = fmt::format("{}: {}", status.entry.name, why_ended(status.entry));
    return out;
}

std::string title_of(const NetworkFile& file) {
    std::vector<std::string> chain;
    for (const auto& option : file.chain_options)
        if (!option.starts_with("-signetchallenge="))
            chain.push_back(option.substr(option.find_first_not_of('-')));
    return fmt::format("{}: {}, {} node{} {}", file.name, fmt::join(chain, " "), file.nodes.size(),
                       file.nodes.size() == 1 ? "" : "s", file.kept ? "on disk" : "in memory");
}

std::string place_of(const NetworkFile& file) {
    return fmt::format("{}: {}", file.kept ? "Data and logs" : "Logs", file.folder.string());
}

std::string key_notice(const NetworkFile& file) {
    return file.seed_is_public ? "The keys of this network are public: for tests only." : "";
}

std::string status_text(const std::vector<NodeStatus>& nodes, bool colours) {
    constexpr std::size_t tip_digits = 12;
    TextTable table({"NODE", right("PORT"), right("RPC"), right("HEIGHT"), "TIP", right("PEERS"),
                     right("MEMPOOL"), right("WALLET")});
    std::string troubles;
    for (const NodeStatus& node : nodes) {
        if (!node.trouble.empty()) {
            table.add({{node.entry.name, Style::bad},
                       right("-"),
                       right("-"),
                       right("-"),
                       "-",
                       right("-"),
                       right("-"),
                       right("-")});
            troubles += styled(node.trouble, Style::bad, colours) + "\n";
            continue;
        }
        // The end of the hash: its beginning has the zeros of the proof of work.
        const auto tip = node.tip.substr(node.tip.size() - std::min(node.tip.size(), tip_digits));
        table.add({{node.entry.name, Style::good},
                   right(std::to_string(node.entry.port)),
                   right(std::to_string(node.entry.rpc_port)),
                   right(std::to_string(node.height)),
                   {tip, Style::dim},
                   right(std::to_string(node.peers)),
                   right(std::to_string(node.mempool)),
                   right(node.wallet ? node.wallet->to_text() : "-")});
    }
    return table.to_text(colours) + (troubles.empty() ? "" : "\n" + troubles);
}

Json status_json(const NetworkFile& file, const std::vector<NodeStatus>& nodes) {
    Json out = Json::object();
    out.append("network", file.name);
    out.append("folder", file.folder.string());
    out.append("kept", file.kept);
    out.append("keys_are_public", file.seed_is_public);
    out.append("challenge", file.challenge);
    out.append("signer", file.signer);
    Json list = Json::array();
    for (const NodeStatus& node : nodes) {
        Json item = Json::object();
        item.append("name", node.entry.name);
        item.append("running", node.runs);
        item.append("trouble", node.trouble);
        item.append("pid", node.runs ? Json(node.entry.process.pid) : Json());
        item.append("p2p", peer_address(file, node.entry));
        item.append("rpc", fmt::format("http://127.0.0.1:{}", node.entry.rpc_port));
        item.append("cookie", node.entry.cookie.string());
        item.append("log", node.entry.log.string());
        item.append("height", node.height);
        item.append("tip", node.tip);
        item.append("peers", node.peers);
        item.append("mempool", node.mempool);
        item.append("wallet", node.wallet ? Json::number_text(node.wallet->to_text()) : Json());
        list.push(std::move(item));
    }
    out.append("nodes", std::move(list));
    return out;
}

int ps(const Arguments& arguments) {
    if (arguments.has("--watch")) return watch(arguments);
    auto network = Network::find(arguments);
    if (!network) return report(network.error());
    const auto nodes = status_of(*network);
    if (arguments.has("--json")) {
        fmt::print("{}\n", status_json(network->file(), nodes).write());
        return EXIT_SUCCESS;
    }
    const bool colours = use_colours();
    fmt::print("{}\n", title_of(network->file()));
    const auto notice = key_notice(network->file());
    if (!notice.empty()) fmt::print("{}\n", styled(notice, Style::dim, colours));
    fmt::print("\n{}\n{}\n{}", status_text(nodes, colours), place_of(network->file()),
               signet_notice(network->file()));
    return EXIT_SUCCESS;
}

}  // namespace daler::networks
