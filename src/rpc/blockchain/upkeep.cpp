#include "rpc/block_access.h"
#include "rpc/blockchain/methods.h"

#include <daler/rpc/values.h>

#include <algorithm>

namespace daler::rpc {
namespace {

// The number of blocks at the tip that are not pruned.
constexpr Height blocks_kept = 288;
// Larger numbers are times: no chain is that high, and the times of blocks are later than 2001.
constexpr std::int64_t last_height_number = 1'000'000'000;
// Tolerance for the clocks of miners (seconds).
constexpr std::int64_t time_margin = 2 * 60 * 60;

/// The first block of the chain whose time is at least `time`.
const chain::BlockEntry* first_since(const chain::ChainView& view, std::int64_t time) {
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
    if (!node.prune_target)
        throw Error{code::misc, "Cannot prune blocks because node is not in prune mode."};
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
    if (view->height() < node.prune_after)
        throw Error{code::misc, "Blockchain is too short for pruning."};
    if (height > view->height()) {
        throw Error{code::invalid_parameter,
                    "Blockchain is shorter than the attempted prune height."};
    }
    const auto last = std::min(static_cast<Height>(height), view->height() - blocks_kept);
    node.ledger.call([&](ledger::State& state) { state.chain.prune(last); });
    return last_pruned(*node.ledger.view()).value_or(-1);
}

}  // namespace daler::rpc
