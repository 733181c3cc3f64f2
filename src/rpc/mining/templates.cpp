#include "rpc/block_templates.h"
#include "rpc/mining/methods.h"

#include <daler/encoding/hex.h>
#include <daler/mining/mining.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/tip_watch.h>
#include <daler/rpc/values.h>
#include <daler/sync/peer_service.h>

#include <fmt/format.h>

#include <map>
#include <set>

namespace daler::rpc {
namespace {

/// The answer for a block as in BIP 22: null, or the reason in one word.
Json verdict_json(const consensus::Verdict& verdict) {
    if (verdict) return nullptr;
    return consensus::reject_reason(verdict.error());
}

/// Bytes after the block are ignored, because mining software may rely on that.
Block decode_hex_block(const std::string& hex) {
    const auto bytes = from_hex(hex);
    if (!bytes) throw Error{code::deserialization, "Block decode failed"};
    ByteReader reader(*bytes);
    Block block = read_block(reader);
    if (reader.error() != DecodeError::none)
        throw Error{code::deserialization, "Block decode failed"};
    return block;
}

BlockHeader decode_hex_header(const std::string& hex) {
    const auto bytes = from_hex(hex);
    if (!bytes) throw Error{code::deserialization, "Block header decode failed"};
    ByteReader reader(*bytes);
    const BlockHeader header = read_header(reader);
    if (reader.error() != DecodeError::none)
        throw Error{code::deserialization, "Block header decode failed"};
    return header;
}

/// Miners may leave out the witness reserved value of the coinbase: it is always the same.
void add_reserved_value(Block& block, const chain::BlockEntry* parent, const ChainParams& params) {
    if (!parent || parent->height + 1 < params.activation.segwit) return;
    if (!consensus::witness_commitment_index(block) || block.transactions[0]->has_witness()) return;
    Transaction coinbase = *block.transactions[0];
    coinbase.inputs[0].witness = {Bytes(32, 0)};
    block.transactions[0] = seal(std::move(coinbase));
}

std::optional<Json> known_block(const chain::BlockEntry* entry) {
    if (!entry) return std::nullopt;
    if (entry->has(chain::was_connected)) return Json("duplicate");
    if (entry->is_failed()) return Json("duplicate-invalid");
    return std::nullopt;
}

constexpr std::chrono::seconds long_poll_patience{60};

Json propose(Call& call, const Json& request) {
    const auto* data = member(request, "data");
    if (!data || !data->is_string())
        throw Error{code::type, "Missing data String key for proposal"};
    auto block = std::make_shared<const Block>(decode_hex_block(data->as_string()));
    auto& ledger = call.node().ledger;
    if (const auto* entry = ledger.chain().index().find(block->header.hash())) {
        if (const auto known = known_block(entry)) return *known;
        return "duplicate-inconclusive";
    }
    if (block->header.previous != ledger.view()->tip().hash) return "inconclusive-not-best-prevblk";
    return verdict_json(
        ledger.call([&](ledger::State& state) { return state.chain.test_block(block, false); }));
}

void wait_for_news(Call& call, const Json& request) {
    const auto* id = member(request, "longpollid");
    if (!id) return;
    // A value that is not a string means the current tip.
    const BlockHash watched = id->is_string()
                                  ? BlockHash{to_hash(id->as_string().substr(0, 64), "longpollid")}
                                  : call.node().ledger.view()->tip().hash;
    const auto deadline = std::chrono::steady_clock::now() + long_poll_patience;
    (void)call.node().tips.wait(call.node().ledger, deadline, [&](const chain::ChainView& view) {
        return view.tip().hash != watched;
    });
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
    std::map<Txid, std::size_t> positions;
    Json out = Json::array();
    for (std::size_t i = 1; i < made.block.transactions.size(); ++i) {
        const auto& tx = *made.block.transactions[i];
        Json depends = Json::array();
        for (const auto& input : tx.inputs)
            if (const auto found = positions.find(input.prevout.txid); found != positions.end())
                depends.push(found->second);
        positions.emplace(tx.txid, i);
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
    out.append("longpollid", header.previous.to_hex() + std::to_string(state.mempool.sequence()));
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

}  // namespace

Json submitblock(Call& call) {
    Block block = decode_hex_block(call.json(0).as_string());
    if (block.transactions.empty() || !block.transactions[0]->is_coinbase())
        throw Error{code::deserialization, "Block does not start with a coinbase"};
    auto& ledger = call.node().ledger;
    const auto hash = block.header.hash();
    const auto& index = ledger.chain().index();
    if (const auto known = known_block(index.find(hash))) return *known;
    add_reserved_value(block, index.find(block.header.previous), call.node().params);

    const auto shared = std::make_shared<const Block>(std::move(block));
    const auto result =
        ledger.call([&](ledger::State& state) { return state.chain.submit(shared); });
    if (!result.verdict) return verdict_json(result.verdict);
    if (!result.is_new) return "duplicate";
    if (!result.was_connected) return "inconclusive";
    return nullptr;
}

Json submitheader(Call& call) {
    const auto header = decode_hex_header(call.string(0));
    auto& ledger = call.node().ledger;
    if (!ledger.chain().index().find(header.previous)) {
        throw Error{code::verify, fmt::format("Must submit previous header ({}) first",
                                              header.previous.to_hex())};
    }
    const auto verdict =
        ledger.call([&](ledger::State& state) { return state.chain.accept_header(header); });
    if (!verdict) throw Error{code::verify, consensus::reject_reason(verdict.error())};
    return nullptr;
}

namespace {

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

}  // namespace

Json getblocktemplate(Call& call) {
    const auto& request = call.json(0);
    const auto* mode = request.is_object() ? member(request, "mode") : nullptr;
    if (mode && mode->is_string() && mode->as_string() == "proposal") return propose(call, request);
    if (mode && !(mode->is_string() && mode->as_string() == "template"))
        throw Error{code::invalid_parameter, "Invalid mode"};
    refuse_without_network(call.node());
    const auto& params = call.node().params;
    const auto rules = known_rules(request);
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
    wait_for_news(call, request);
    return call.node().ledger.call([&](ledger::State& state) {
        const auto made = mining::make_template(state, template_options(call.node(), {}));
        remember_template(call.node(), made);
        return template_json(made, state);
    });
}

}  // namespace daler::rpc
