#include "rpc/block_templates.h"
#include "rpc/private_networks/methods.h"
#include "rpc/private_networks/mining_arguments.h"
#include "rpc/transaction_arguments.h"

#include <daler/ledger/ledger.h>
#include <daler/mining/reorg.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

constexpr std::int64_t max_branch_blocks = 1'000'000;

void read_transactions(mining::ReorgRequest& request, const Json& chosen) {
    if (chosen.is_array()) {
        for (const auto& txid : chosen.items())
            request.confirmed.emplace_back(to_hash(txid, "transactions"));
        return;
    }
    request.confirm_all = chosen.is_string() && chosen.as_string() == "all";
    if (request.confirm_all || (chosen.is_string() && chosen.as_string() == "none")) return;
    throw Error{code::invalid_parameter,
                "transactions must be \"none\", \"all\" or an array of ids"};
}

void read_replacements(mining::ReorgRequest& request, const Json& list) {
    for (const auto& item : list.items()) {
        const auto& text = to_text(item);
        request.replacements.push_back(seal(decode_hex_transaction(
            text, fmt::format("Transaction decode failed for {}. Make sure the tx has at least "
                              "one input.",
                              text))));
    }
}

mining::ReorgRequest request_of(const Call& call, const Json& options) {
    mining::ReorgRequest request;
    request.depth = call.integer(0);
    request.blocks = static_cast<int>(
        integer_option(options, "blocks", std::int64_t{request.depth} + 1, 1, max_branch_blocks));
    if (const auto* chosen = member(options, "transactions")) read_transactions(request, *chosen);
    if (const auto* list = member(options, "replace")) read_replacements(request, *list);
    return request;
}

Json ids(const auto& list) {
    Json out = Json::array();
    for (const auto& id : list)
        out.push(id.to_hex());
    return out;
}

Json result_json(const mining::ReorgResult& result, bool is_rehearsal) {
    Json out = Json::object();
    out.append("forkheight", result.fork_height);
    out.append("left", ids(result.left));
    out.append("entered", static_cast<std::int64_t>(result.entered));
    out.append("confirmed", ids(result.confirmed));
    out.append("returned", ids(result.returned));
    out.append("dropped", ids(result.dropped));
    out.append("conflicted", ids(result.conflicted));
    if (!is_rehearsal) out.append("blocks", ids(result.hashes));
    return out;
}

}  // namespace

Json reorg(Call& call) {
    Services& node = call.node();
    const Json& options = call.options(1);
    auto request = request_of(call, options);
    const auto* dry = member(options, "dry_run");
    const bool is_rehearsal = dry && dry->as_bool();
    // A rehearsal takes no address from the wallet.
    request.block = is_rehearsal ? template_options(node, {})
                                 : mining_options(node, coinbase_script(call, options));
    const auto rehearse = [&](ledger::State& state) {
        return mining::rehearse_reorg(state, request);
    };
    const auto result = is_rehearsal ? node.ledger.call(rehearse)
                                     : mining::make_reorg(node.ledger, node.clock, request,
                                                          max_tries(options), node.stopping);
    if (!result) throw Error{code::verify, result.error()};
    return result_json(*result, is_rehearsal);
}

}  // namespace daler::rpc
