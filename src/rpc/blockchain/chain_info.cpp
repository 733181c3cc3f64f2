#include "rpc/block_access.h"
#include "rpc/blockchain/methods.h"
#include "rpc/warnings.h"

#include <daler/chain/cache_sizes.h>
#include <daler/chain/progress.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>

#include <algorithm>
#include <set>
#include <tuple>

namespace daler::rpc {
namespace {

std::string_view tip_status(const chain::BlockEntry& entry, const chain::ChainView& view) {
    if (view.contains(entry)) return "active";
    if (entry.is_failed()) return "invalid";
    if (entry.chain_tx_count.load() == 0) return "headers-only";
    if (entry.has(chain::was_connected)) return "valid-fork";
    return "valid-headers";
}

/// The last block of the window, on the active chain.
const chain::BlockEntry& window_end(Call& call, const chain::ChainView& view) {
    if (!call.has(1)) return view.tip();
    const auto& entry = find_block(call.node().ledger, call.hash<BlockHash>(1));
    if (!view.contains(entry)) throw Error{code::invalid_parameter, "Block is not in main chain"};
    return entry;
}

}  // namespace

Json getblockchaininfo(Call& call) {
    const Services& node = call.node();
    const auto view = node.ledger.view();
    const chain::BlockEntry& tip = view->tip();
    Json out = Json::object();
    out.append("chain", node.params.name);
    out.append("blocks", tip.height);
    out.append("headers", view->best_header().height);
    out.append("bestblockhash", tip.hash.to_hex());
    out.append("difficulty", consensus::difficulty(tip.header.bits));
    out.append("time", tip.header.time);
    out.append("mediantime", unix_seconds(tip.median_time_past));
    out.append("verificationprogress",
               chain::verification_progress(view->tip(), view->best_header(), node.params,
                                            node.clock.chain_now()));
    out.append("initialblockdownload", view->initial_download());
    out.append("chainwork", tip.chainwork.to_hex());
    out.append("size_on_disk", node.ledger.chain().size_on_disk());
    out.append("pruned", node.prune_target.has_value());
    if (node.prune_target) {
        const auto last = last_pruned(*view);
        out.append("pruneheight", last ? *last + 1 : 0);
        out.append("automatic_pruning", *node.prune_target != 0);
        if (*node.prune_target != 0) out.append("prune_target_size", *node.prune_target);
    }
    out.append("warnings", warnings_json(node));
    return out;
}

Json getchainstates(Call& call) {
    const Services& node = call.node();
    const auto view = node.ledger.view();
    const chain::BlockEntry& tip = view->tip();
    const auto caches = chain::cache_sizes(node.cache_bytes);
    Json state = Json::object();
    state.append("blocks", tip.height);
    state.append("bestblockhash", tip.hash.to_hex());
    state.append("difficulty", consensus::difficulty(tip.header.bits));
    state.append("verificationprogress",
                 chain::verification_progress(view->tip(), view->best_header(), node.params,
                                              node.clock.chain_now()));
    state.append("coins_db_cache_bytes", caches.coin_database);
    state.append("coins_tip_cache_bytes", caches.coins);
    state.append("validated", true);
    Json states = Json::array();
    states.push(std::move(state));
    Json out = Json::object();
    out.append("headers", view->best_header().height);
    out.append("chainstates", std::move(states));
    return out;
}

Json getblockcount(Call& call) {
    return call.node().ledger.view()->height();
}

Json getbestblockhash(Call& call) {
    return call.node().ledger.view()->tip().hash.to_hex();
}

Json getdifficulty(Call& call) {
    return consensus::difficulty(call.node().ledger.view()->tip().header.bits);
}

Json getblockhash(Call& call) {
    const auto view = call.node().ledger.view();
    const auto height = to_int32(call.json(0));
    const chain::BlockEntry* entry = height < 0 ? nullptr : view->at(height);
    if (!entry) throw Error{code::invalid_parameter, "Block height out of range"};
    return entry->hash.to_hex();
}

Json getchaintips(Call& call) {
    const auto view = call.node().ledger.view();
    const auto entries = call.node().ledger.chain().index().all();
    std::set<const chain::BlockEntry*> has_child;
    for (const auto* entry : entries)
        if (!view->contains(*entry)) has_child.insert(entry->previous);
    std::vector<const chain::BlockEntry*> tips{&view->tip()};
    for (const auto* entry : entries)
        if (!view->contains(*entry) && !has_child.contains(entry)) tips.push_back(entry);
    std::ranges::sort(tips, [](const auto* a, const auto* b) {
        return std::tuple(-a->height, a->hash) < std::tuple(-b->height, b->hash);
    });
    Json out = Json::array();
    for (const auto* tip : tips) {
        Json item = Json::object();
        item.append("height", tip->height);
        item.append("hash", tip->hash.to_hex());
        item.append("branchlen",
                    tip->height - chain::last_common_ancestor(tip, &view->tip())->height);
        item.append("status", tip_status(*tip, *view));
        out.push(std::move(item));
    }
    return out;
}

Json getchaintxstats(Call& call) {
    const auto view = call.node().ledger.view();
    const chain::BlockEntry& end = window_end(call, *view);

    constexpr std::chrono::hours month{30 * 24};
    std::int64_t blocks = month / call.node().params.retarget.spacing;
    if (call.has(0)) {
        blocks = call.integer(0);
        if (blocks < 0 || (blocks > 0 && blocks >= end.height)) {
            throw Error{code::invalid_parameter,
                        "Invalid block count: should be between 0 and the block's height - 1"};
        }
    } else {
        blocks = std::max<std::int64_t>(0, std::min<std::int64_t>(blocks, end.height - 1));
    }
    const auto& start = *end.ancestor(end.height - static_cast<Height>(blocks));
    const auto seconds = unix_seconds(end.median_time_past) - unix_seconds(start.median_time_past);
    const std::uint64_t end_count = end.chain_tx_count, start_count = start.chain_tx_count;

    Json out = Json::object();
    out.append("time", end.header.time);
    if (end_count) out.append("txcount", end_count);
    out.append("window_final_block_hash", end.hash.to_hex());
    out.append("window_final_block_height", end.height);
    out.append("window_block_count", blocks);
    if (blocks == 0) return out;
    out.append("window_interval", seconds);
    if (!end_count || !start_count) return out;
    out.append("window_tx_count", end_count - start_count);
    if (seconds > 0) {
        out.append("txrate",
                   static_cast<double>(end_count - start_count) / static_cast<double>(seconds));
    }
    return out;
}

}  // namespace daler::rpc
