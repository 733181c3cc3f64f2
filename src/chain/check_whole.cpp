#include "chainstate_impl.h"

// Checks a block at once and alone, without changing anything.

namespace daler::chain {

using consensus::Reason;
using consensus::Verdict;

Verdict Chainstate::Impl::test_block(const BlockRef& block, bool check_proof_of_work) {
    const auto hash = block->header.hash();
    if (block->header.previous != tip->hash) return consensus::reject(Reason::bad_previous);
    const EntryChain chain(*tip);
    if (auto verdict =
            consensus::check_header_in_chain(block->header, chain, clock.chain_now(), params);
        !verdict) {
        return verdict;
    }
    const auto checked = consensus::check_block(block, hash, params, {check_proof_of_work, true});
    if (!checked) return fail(checked.error());
    if (auto verdict = consensus::check_block_in_chain(*block, chain, params); !verdict)
        return verdict;
    const auto connectable = check_whole(block, {*tip, hash}, cache);
    if (!connectable) return fail(connectable.error());
    return {};
}

Result<Connectable, consensus::Rejection> Chainstate::Impl::check_whole(
    const BlockRef& block, const BlockPlace& place, const script::BoundedSignatureCache* known) {
    coins::CoinOverlay above(*coins);
    above.begin_layer();
    auto connectable = check_connect(*block, place, params, above);
    if (!connectable) return connectable;
    const auto scripts = std::make_shared<ScriptChecks>(block, connectable->undo,
                                                        connectable->flags, known, workers);
    scripts->start({});
    while (scripts->help())
        continue;
    scripts->wait();
    const auto error = scripts->error();
    if (error == script::ScriptError::ok) return connectable;
    return consensus::reject(Reason::script_failed, std::string(script::describe(error)));
}

}  // namespace daler::chain
