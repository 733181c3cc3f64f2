#include "rpc/mining/current_template.h"
#include "rpc/mining/methods.h"
#include "rpc/mining/proposal.h"
#include "rpc/waiting_call.h"

#include <daler/primitives/chain_params.h>
#include <daler/rpc/tip_watch.h>
#include <daler/rpc/values.h>
#include <daler/sync/peer_service.h>

#include <charconv>
#include <set>

namespace daler::rpc {
namespace {

// How long a miner may work without new transactions, and when they are looked for after that.
constexpr std::chrono::seconds long_poll_patience{60};
constexpr std::chrono::seconds long_poll_interval{10};

TemplateSource source_now(const Services& node) {
    return node.ledger.call([](ledger::State& state) { return TemplateSource::now(state); });
}

TemplateSource parse_long_poll_id(const std::string& id) {
    constexpr std::size_t digits = 64;
    TemplateSource out{BlockHash{to_hash(id.substr(0, digits), "longpollid")}};
    // Other text after the hash counts as 0.
    (void)std::from_chars(id.data() + digits, id.data() + id.size(), out.updates);
    return out;
}

/// Waits until the template of this `longpollid` is old: a new tip ends that at once, new
/// transactions a minute later (BIP 22). A value that is not a string means the present state.
void wait_for_news(Call& call, const Json& id) {
    const Services& node = call.node();
    const auto old = id.is_string() ? parse_long_poll_id(id.as_string()) : source_now(node);
    const WaitingCall waiting(call.waiting());
    auto deadline = std::chrono::steady_clock::now() + long_poll_patience;
    for (;; deadline += long_poll_interval) {
        (void)node.tips.wait(node.ledger, deadline, [&](const chain::ChainView& view) {
            return view.tip().hash != old.tip;
        });
        if (node.tips.is_interrupted()) throw Error{code::client_not_connected, "Shutting down"};
        if (source_now(node) != old) return;
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

void getblocktemplate(Call& call, JsonWriter& result) {
    const auto& request = call.json(0);
    const auto* mode = request.is_object() ? member(request, "mode") : nullptr;
    if (mode && mode->is_string() && mode->as_string() == "proposal")
        return result.value(judge_proposal(call, request));
    if (mode && !(mode->is_string() && mode->as_string() == "template"))
        throw Error{code::invalid_parameter, "Invalid mode"};
    Services& node = call.node();
    refuse_without_network(node);
    check_rules(known_rules(request), node.params);
    if (const auto* id = member(request, "longpollid")) wait_for_news(call, *id);
    const auto answer = node.ledger.call([&node](ledger::State& state) {
        if (!node.current_template) node.current_template = std::make_shared<CurrentTemplate>();
        return node.current_template->answer(node, state);
    });
    answer.write(result);
}

}  // namespace daler::rpc
