#include "rpc/block_access.h"
#include "rpc/blockchain/methods.h"

#include <daler/rpc/tip_watch.h>
#include <daler/rpc/values.h>

namespace daler::rpc {
namespace {

/// Runs `change` on the ledger thread for a known block. -5 "Block not found".
template <class Change>
Json change_block(Call& call, Change change) {
    const auto hash = call.hash<BlockHash>(0);
    (void)find_block(call.node().ledger, hash);
    call.node().ledger.call([&](ledger::State& state) { change(state.chain, hash); });
    return nullptr;
}

/// Waits until `done(view)` holds, or for argument `timeout` milliseconds if they are not zero.
template <class Done>
Json wait_for_tip(Call& call, std::size_t timeout, Done done) {
    std::optional<std::chrono::steady_clock::time_point> deadline;
    if (const auto given = call.integer(timeout, 0); given < 0)
        throw Error{code::misc, "Negative timeout"};
    else if (given > 0)
        deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(given);
    const auto view = call.node().tips.wait(call.node().ledger, deadline, done);
    Json out = Json::object();
    out.append("hash", view->tip().hash.to_hex());
    out.append("height", view->height());
    return out;
}

}  // namespace

Json invalidateblock(Call& call) {
    return change_block(call, [](chain::Chainstate& chain, const BlockHash& hash) {
        if (!chain.invalidate(hash))
            throw Error{code::database, "Blocks that would have to be disconnected were pruned"};
    });
}

Json reconsiderblock(Call& call) {
    return change_block(
        call, [](chain::Chainstate& chain, const BlockHash& hash) { chain.reconsider(hash); });
}

Json preciousblock(Call& call) {
    return change_block(
        call, [](chain::Chainstate& chain, const BlockHash& hash) { chain.prefer(hash); });
}

Json waitfornewblock(Call& call) {
    const BlockHash before = call.node().ledger.view()->tip().hash;
    return wait_for_tip(call, 0,
                        [&](const chain::ChainView& view) { return view.tip().hash != before; });
}

Json waitforblock(Call& call) {
    const auto wanted = call.hash<BlockHash>(0);
    return wait_for_tip(call, 1,
                        [&](const chain::ChainView& view) { return view.tip().hash == wanted; });
}

Json waitforblockheight(Call& call) {
    const auto wanted = to_int32(call.json(0));
    return wait_for_tip(call, 1,
                        [&](const chain::ChainView& view) { return view.height() >= wanted; });
}

}  // namespace daler::rpc
