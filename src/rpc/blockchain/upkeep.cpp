#include "rpc/block_access.h"
#include "rpc/blockchain/methods.h"

#include <daler/rpc/values.h>

#include <algorithm>

namespace daler::rpc {
namespace {

// So many blocks below the tip are never pruned.
constexpr Height blocks_kept = 288;
// Greater numbers are times: no chain is that high, and blocks are younger than 2001.
constexpr std::int64_t last_height_number = 1'000'000'000;
// The clocks of miners may be that far off.
constexpr std::int64_t time_margin = 2 * 60 * 60;

/// The first block of the chain from which on all are at least that old.
const chain::BlockEntry* first_since(const chain::ChainView& view, std::int64_t time) {
    // The greatest time up to a block never falls.
    for (Height height = 0; height <= view.height(); ++height) {
        const auto* entry = view.at(height);
        if (entry->header.time >= time) return entry;
    }
    return nullptr;
}

}  // namespace

Json verifychain(Call& call) {
    const auto level = call.has(0) ? to_int32(call.json(0)) : 3;
    const auto count = call.has(1) ? to_int32(call.json(1)) : 6;
    return call.node().ledger.call(
        [&](ledger::State& state) { return state.chain.verify(std::clamp(level, 0, 4), count); });
}

Json pruneblockchain(Call& call) {
    const Services& node = call.node();
    if (!node.prune_target) {
        throw Error{code::misc, "Cannot prune blocks because node is not in prune mode."};
    }
    std::int64_t height = to_int32(call.json(0));
    if (height < 0) throw Error{code::invalid_parameter, "Negative block height."};
    const auto view = node.ledger.view();
    if (height > last_height_number) {
        const auto* entry = first_since(*view, height - time_margin);
        if (!entry) {
            throw Error{code::invalid_parameter,
                        "Could not find block with at least the specified timestamp."};
        }
        height = entry->height;
    }
    if (view->height() < node.prune_after) {
        throw Error{code::misc, "Blockchain is too short for pruning."};
    }
    if (height > view->height()) {
        throw Error{code::invalid_parameter,
                    "Blockchain is shorter than the attempted prune height."};
    }
    const auto last = std::min(static_cast<Height>(height), view->height() - blocks_kept);
    node.ledger.call([&](ledger::State& state) { state.chain.prune(last); });
    return last_pruned(*node.ledger.view()).value_or(-1);
}

}  // namespace daler::rpc
