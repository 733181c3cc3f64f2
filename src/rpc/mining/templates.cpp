#include "rpc/block_templates.h"
#include "rpc/mining/methods.h"
#include "rpc/mining/proposal.h"
#include "rpc/waiting_call.h"

#include <daler/encoding/hex.h>
#include <daler/mining/mining.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/tip_watch.h>
#include <daler/rpc/values.h>
#include <daler/sync/peer_service.h>

#include <fmt/format.h>

#include <charconv>
#include <set>

namespace daler::rpc {
namespace {

// How long a miner may work without new transactions, and when they are looked for after that.
constexpr std::chrono::seconds long_poll_patience{60};
constexpr std::chrono::seconds long_poll_interval{10};

/// What a template was made from.
struct TemplateState {
    BlockHash tip;
    std::uint64_t updates = 0;  ///< of the mempool

    bool operator==(const TemplateState&) const = default;
};

TemplateState state_now(const Services& node) {
    return node.ledger.call([](ledger::State& state) {
        return TemplateState{state.chain.view()->tip().hash, state.mempool.updates()};
    });
}

std::string long_poll_id(const TemplateState& state) {
    return state.tip.to_hex() + std::to_string(state.updates);
}

TemplateState parse_long_poll_id(const std::string& id) {
    constexpr std::size_t digits = 64;
    TemplateState out{BlockHash{to_hash(id.substr(0, digits), "longpollid")}};
    // Other text after the hash counts as 0.
    (void)std::from_chars(id.data() + digits, id.data() + id.size(), out.updates);
    return out;
}

/// Waits until the template of this `longpollid` is old: a new tip ends that at once, new
/// transactions a minute later (BIP 22). A value that is not a string means the present state.
void wait_for_news(Call& call, const Json& id) {
    const Services& node = call.node();
    const auto old = id.is_string() ? parse_long_poll_id(id.as_string()) : state_now(node);
    const WaitingCall waiting(call.waiting());
    auto deadline = std::chrono::steady_clock::now() + long_poll_patience;
    for (;; deadline += long_poll_interval) {
        (void)node.tips.wait(node.ledger, deadline, [&](const chain::ChainView& view) {
            return view.tip().hash != old.tip;
        });
        if (node.tips.is_interrupted()) throw Error{code::client_not_connected, "Shutting down"};
        if (state_now(node) != old) return;
    }
}

/// The rules that a miner says it supports. -3 if one is not a string.
std::set<std::string> known_rules(const Json& request) {
    std::set<std::string> out;
    const auto* rules = member(request, "rules");
    if (!rules || !rules->is_array()) return out;
    for (const Json& rule : rules->items())
        out.insert(to_text(rule));
    return out;
}

Json strings_json(std::initializer_list<std::string_view> texts) {
    Json out = Json::array();
    for (const auto text : texts)
        out.push(text);
    return out;
}

/// `scale` divides the costs of signature checks.
Json transactions_json(const mining::Template& made, std::int64_t scale) {
    Json out = Json::array();
    for (std::size_t i = 1; i < made.block.transactions.size(); ++i) {
        const auto& tx = *made.block.transactions[i];
        Json depends = Json::array();
        for (const auto place : made.depends[i])
            depends.push(place);
        Json item = Json::object();
        item.append("data", to_hex(encode(tx)));
        item.append("txid", tx.txid.to_hex());
        item.append("hash", tx.wtxid.to_hex());
        item.append("depends", std::move(depends));
        item.append("fee", made.fees[i].satoshis());
        item.append("sigops", made.sigop_costs[i] / scale);
        item.append("weight", tx.weight());
        out.push(std::move(item));
    }
    return out;
}

/// The rules in a template (BIP 9): the active ones, marked by "!" if a miner must support them,
/// and the bits of those that blocks signal for.
struct TemplateRules {
    Json active = strings_json({"csv"});
    Json votes = Json::object();
    bool has_witnesses = false;
};

TemplateRules rules_of(const mining::Template& made, ledger::State& state) {
    using consensus::DeploymentState;
    const auto& params = state.chain.params();
    TemplateRules out;
    // The structured binding fails to compile if a deployment is missing here.
    const auto& [bip34, bip66, bip65, csv, segwit, taproot] = params.activation;
    out.has_witnesses = made.height >= segwit;
    if (out.has_witnesses) out.active.push("!segwit");
    if (!params.signet_challenge.empty()) out.active.push("!signet");
    const auto view = state.chain.view();
    const chain::EntryChain parents(view->tip());
    state.deployments.resize(params.version_bits.size());
    for (std::size_t i = 0; i < params.version_bits.size(); ++i) {
        const auto& deployment = params.version_bits[i];
        const auto stands =
            consensus::deployment_state(parents, deployment, params, state.deployments[i]);
        if (stands == DeploymentState::active) out.active.push(deployment.name);
        if (stands == DeploymentState::started || stands == DeploymentState::locked_in)
            out.votes.append(deployment.name, deployment.bit);
    }
    return out;
}

Json template_json(const mining::Template& made, ledger::State& state) {
    const auto& params = state.chain.params();
    const auto& header = made.block.header;
    const auto& coinbase = *made.block.transactions[0];
    auto rules = rules_of(made, state);
    // Before segwit, sizes are in bytes instead of weight.
    const std::int64_t scale = rules.has_witnesses ? 1 : consensus::witness_scale_factor;

    Json out = Json::object();
    out.append("capabilities", strings_json({"proposal"}));
    out.append("version", header.version);
    out.append("rules", std::move(rules.active));
    out.append("vbavailable", std::move(rules.votes));
    out.append("vbrequired", 0);
    out.append("previousblockhash", header.previous.to_hex());
    out.append("transactions", transactions_json(made, scale));
    out.append("coinbaseaux", Json::object());
    out.append("coinbasevalue", coinbase.outputs[0].value.satoshis());
    out.append("longpollid", long_poll_id({header.previous, state.mempool.updates()}));
    out.append("target", consensus::expand_bits(header.bits).to_hex());
    out.append("mintime", unix_seconds(made.min_time));
    out.append("mutable", strings_json({"time", "transactions", "prevblock"}));
    out.append("noncerange", "00000000ffffffff");
    out.append("sigoplimit", consensus::max_block_sigop_cost / scale);
    out.append("sizelimit", consensus::max_block_weight / scale);
    if (rules.has_witnesses) out.append("weightlimit", consensus::max_block_weight);
    out.append("curtime", header.time);
    out.append("bits", fmt::format("{:08x}", header.bits));
    out.append("height", made.height);
    if (!params.signet_challenge.empty())
        out.append("signet_challenge", to_hex(params.signet_challenge));
    if (const auto i = consensus::witness_commitment_index(made.block)) {
        out.append("default_witness_commitment",
                   to_hex(coinbase.outputs[*i].script_pubkey.bytes()));
    }
    return out;
}

/// On the main chain a template that the network does not know, or will not accept, is a waste of
/// work. Elsewhere a miner may be alone.
void refuse_without_network(const Services& node) {
    if (node.params.kind != ChainKind::main) return;
    if (node.peers.peers().empty())
        throw Error{code::client_not_connected, "daler is not connected!"};
    if (node.ledger.view()->initial_download()) {
        throw Error{code::client_in_initial_download,
                    "daler is in initial sync and waiting for blocks..."};
    }
}

/// -8 if a miner does not know a rule that it must know.
void check_rules(const std::set<std::string>& rules, const ChainParams& params) {
    if (!params.signet_challenge.empty() && !rules.contains("signet")) {
        throw Error{code::invalid_parameter,
                    "getblocktemplate must be called with the signet rule set (call with "
                    "{\"rules\": [\"segwit\", "
                    "\"signet\"]})"};
    }
    if (!rules.contains("segwit")) {
        throw Error{code::invalid_parameter,
                    "getblocktemplate must be called with the segwit rule set (call with "
                    "{\"rules\": [\"segwit\"]})"};
    }
}

}  // namespace

Json getblocktemplate(Call& call) {
    const auto& request = call.json(0);
    const auto* mode = request.is_object() ? member(request, "mode") : nullptr;
    if (mode && mode->is_string() && mode->as_string() == "proposal")
        return judge_proposal(call, request);
    if (mode && !(mode->is_string() && mode->as_string() == "template"))
        throw Error{code::invalid_parameter, "Invalid mode"};
    refuse_without_network(call.node());
    check_rules(known_rules(request), call.node().params);
    if (const auto* id = member(request, "longpollid")) wait_for_news(call, *id);
    return call.node().ledger.call([&](ledger::State& state) {
        const auto made = mining::make_template(state, template_options(call.node(), {}));
        remember_template(call.node(), made);
        return template_json(made, state);
    });
}

}  // namespace daler::rpc
