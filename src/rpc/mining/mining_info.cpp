#include "rpc/mining/methods.h"
#include "rpc/warnings.h"

#include <daler/ledger/ledger.h>
#include <daler/primitives/chain_params.h>

namespace daler::rpc {
namespace {

double network_hashes_per_second(const chain::ChainView& view, std::int64_t lookup,
                                 std::int64_t height, const ChainParams& params) {
    const auto* last =
        height >= 0 && height < view.height() ? view.at(static_cast<Height>(height)) : &view.tip();
    if (last->height == 0) return 0;
    if (lookup == -1) lookup = last->height % params.retarget.window + 1;
    lookup = std::min<std::int64_t>(lookup, last->height);
    const auto* first = last;
    auto [earliest, latest] = std::pair{last->header.time, last->header.time};
    for (std::int64_t i = 0; i < lookup; ++i) {
        first = first->previous;
        earliest = std::min(earliest, first->header.time);
        latest = std::max(latest, first->header.time);
    }
    if (earliest == latest) return 0;
    return (last->chainwork - first->chainwork).to_double() /
           static_cast<double>(latest - earliest);
}

}  // namespace

Json getnetworkhashps(Call& call) {
    const auto lookup = call.integer(0, 120);
    const auto height = call.integer(1, -1);
    const auto view = call.node().ledger.view();
    if (lookup < -1 || lookup == 0)
        throw Error{code::invalid_parameter, "Invalid nblocks. Must be a positive number or -1."};
    if (height < -1 || height > view->height())
        throw Error{code::invalid_parameter, "Block does not exist at specified height"};
    return network_hashes_per_second(*view, lookup, height, call.node().params);
}

Json getmininginfo(Call& call) {
    auto& node = call.node();
    const auto view = node.ledger.view();
    Json out = Json::object();
    out.append("blocks", view->height());
    if (const auto weight = node.last_template.weight.load(); weight >= 0) {
        out.append("currentblockweight", weight);
        out.append("currentblocktx", node.last_template.transactions.load());
    }
    out.append("difficulty", consensus::difficulty(view->tip().header.bits));
    out.append("networkhashps", network_hashes_per_second(*view, 120, -1, node.params));
    out.append("pooledtx",
               node.ledger.call([](ledger::State& state) { return state.mempool.size(); }));
    out.append("chain", node.params.name);
    out.append("warnings", warnings_json(node));
    return out;
}

}  // namespace daler::rpc
