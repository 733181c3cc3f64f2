#include "rpc/mining/current_template.h"
#include "rpc/block_templates.h"

#include <daler/consensus/version_bits.h>
#include <daler/encoding/hex.h>
#include <daler/primitives/chain_params.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

Json strings_json(std::initializer_list<std::string_view> texts) {
    Json out = Json::array();
    for (const auto text : texts)
        out.push(text);
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

Json before_transactions(const mining::Template& made, TemplateRules rules) {
    Json out = Json::object();
    out.append("capabilities", strings_json({"proposal"}));
    out.append("version", made.block.header.version);
    out.append("rules", std::move(rules.active));
    out.append("vbavailable", std::move(rules.votes));
    out.append("vbrequired", 0);
    out.append("previousblockhash", made.block.header.previous.to_hex());
    return out;
}

Json after_transactions(const mining::Template& made, const TemplateSource& source,
                        std::int64_t scale, const ChainParams& params) {
    const auto& header = made.block.header;
    const auto& coinbase = *made.block.transactions[0];
    Json out = Json::object();
    out.append("coinbaseaux", Json::object());
    out.append("coinbasevalue", coinbase.outputs[0].value.satoshis());
    out.append("longpollid", source.id());
    out.append("target", consensus::expand_bits(header.bits).to_hex());
    out.append("mintime", unix_seconds(made.min_time));
    out.append("mutable", strings_json({"time", "transactions", "prevblock"}));
    out.append("noncerange", "00000000ffffffff");
    out.append("sigoplimit", consensus::max_block_sigop_cost / scale);
    out.append("sizelimit", consensus::max_block_weight / scale);
    if (scale == 1) out.append("weightlimit", consensus::max_block_weight);
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

TemplateSource TemplateSource::now(const ledger::State& state) {
    return {state.chain.view()->tip().hash, state.mempool.updates()};
}

std::string TemplateSource::id() const {
    return tip.to_hex() + std::to_string(updates);
}

void TemplateAnswer::write(JsonWriter& writer) const {
    constexpr std::size_t room_for_the_rest = 4000;
    writer.reserve(transactions->size() + room_for_the_rest);
    writer.begin_object();
    for (const auto& [name, value] : before.members())
        writer.value(name, value);
    writer.key("transactions");
    writer.written(*transactions);
    for (const auto& [name, value] : after.members())
        writer.value(name, value);
    writer.end_object();
}

TemplateAnswer CurrentTemplate::answer(Services& node, ledger::State& state) {
    const auto options = template_options(node, {});
    const auto source = TemplateSource::now(state);
    const bool is_new = !made_ || source_ != source;
    if (is_new) {
        made_ = mining::make_template(state, options);
        remember_template(node, *made_);
    } else {
        mining::update_time(state, options, *made_);
    }
    auto rules = rules_of(*made_, state);
    // Before segwit, sizes are in bytes instead of weight.
    const std::int64_t scale = rules.has_witnesses ? 1 : consensus::witness_scale_factor;
    if (is_new) rows_.write(*made_, scale);
    source_ = source;
    return {before_transactions(*made_, std::move(rules)), rows_.text(),
            after_transactions(*made_, source, scale, node.params)};
}

}  // namespace daler::rpc
