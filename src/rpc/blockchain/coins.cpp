#include "rpc/block_access.h"
#include "rpc/blockchain/coin_scan.h"
#include "rpc/blockchain/methods.h"
#include "rpc/transaction_json.h"

#include <daler/index/indexes.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

constexpr std::string_view unreadable_set = "Unable to read UTXO set";

/// The result of gettxout, and the tip at that time.
struct Found {
    std::optional<consensus::Coin> coin;
    bool confirmed = false;
    std::shared_ptr<const chain::ChainView> view;
};

Found find_coin(ledger::State& state, const OutPoint& outpoint, bool include_mempool) {
    Found found;
    found.view = state.chain.view();
    if (include_mempool) {
        if (state.mempool.spender(outpoint)) return found;
        if (auto output = state.mempool.output(outpoint)) {
            found.coin = consensus::Coin{std::move(*output)};
            return found;
        }
    }
    found.coin = state.chain.coin(outpoint);
    found.confirmed = found.coin.has_value();
    return found;
}

coins::CoinsHash hash_kind(const std::string& name) {
    using Kind = coins::CoinsHash;
    if (name == "hash_serialized_3") return Kind::serialized_3;
    if (name == "muhash") return Kind::muhash;
    if (name == "none") return Kind::none;
    throw Error{code::invalid_parameter, fmt::format("'{}' is not a valid hash_type", name)};
}

/// Adds a block's amounts from the index.
void append_block_info(Json& out, const index::BlockCoinStats& stats) {
    out.append("total_unspendable_amount", from_amount(stats.total_unspendable));
    Json block = Json::object();
    block.append("prevout_spent", from_amount(stats.spent));
    block.append("coinbase", from_amount(stats.coinbase));
    block.append("new_outputs_ex_coinbase", from_amount(stats.new_outputs));
    block.append("unspendable", from_amount(stats.unspendable()));
    Json unspendables = Json::object();
    unspendables.append("genesis_block", from_amount(stats.unspendable_genesis));
    unspendables.append("bip30", from_amount(stats.unspendable_bip30));
    unspendables.append("scripts", from_amount(stats.unspendable_scripts));
    unspendables.append("unclaimed_rewards", from_amount(stats.unclaimed));
    block.append("unspendables", std::move(unspendables));
    out.append("block_info", std::move(block));
}

Json indexed_set_info(const index::CoinStatsIndex& index, const chain::BlockEntry& block,
                      coins::CoinsHash kind) {
    const auto stats = index.find(block.hash);
    if (!stats) throw Error{code::internal_error, std::string(unreadable_set)};
    Json out = Json::object();
    out.append("height", stats->height);
    out.append("bestblock", block.hash.to_hex());
    out.append("txouts", stats->outputs);
    out.append("bogosize", stats->bogo_size);
    if (kind == coins::CoinsHash::muhash) out.append("muhash", stats->muhash().to_hex());
    out.append("total_amount", from_amount(stats->total));
    append_block_info(out, *stats);
    return out;
}

Json counted_set_info(Services& node, coins::CoinsHash kind) {
    using Kind = coins::CoinsHash;
    const auto stats = snapshot_coins(node)->stats(kind, &node.stopping);
    if (!stats) throw Error{code::internal_error, std::string(unreadable_set)};
    Json out = Json::object();
    out.append("height", stats->height);
    out.append("bestblock", stats->best_block.to_hex());
    out.append("txouts", stats->outputs);
    out.append("bogosize", stats->bogo_size);
    if (kind == Kind::serialized_3) out.append("hash_serialized_3", stats->hash.to_hex());
    if (kind == Kind::muhash) out.append("muhash", stats->hash.to_hex());
    out.append("total_amount", from_amount(stats->total));
    out.append("transactions", stats->transactions);
    out.append("disk_size", stats->disk_size);
    return out;
}

}  // namespace

void gettxout(Call& call, JsonWriter& result) {
    const auto txid = call.hash<Txid>(0);
    const auto index = to_integer(call.json(1));
    if (index < 0 || index > std::numeric_limits<std::uint32_t>::max())
        throw Error{code::misc, "JSON integer out of range"};
    const OutPoint outpoint{txid, static_cast<std::uint32_t>(index)};
    const bool include_mempool = call.boolean(2, true);
    const Found found = call.node().ledger.call(
        [&](ledger::State& state) { return find_coin(state, outpoint, include_mempool); });
    if (!found.coin) return result.value(nullptr);
    const auto& [output, height, is_coinbase] = *found.coin;
    result.begin_object();
    result.reversed_hex("bestblock", found.view->tip().hash.bytes);
    result.number("confirmations", found.confirmed ? found.view->height() - height + 1 : 0);
    result.number_text("value", output.value.to_text());
    result.begin_object("scriptPubKey");
    TransactionWriter(result, call.node().params.address)
        .script_pubkey(output.script_pubkey.bytes());
    result.end_object();
    result.boolean("coinbase", is_coinbase);
    result.end_object();
}

Json gettxoutsetinfo(Call& call) {
    Services& node = call.node();
    const auto kind = hash_kind(call.string(0, "hash_serialized_3"));
    const bool use_index = call.boolean(2, true);
    auto* index = node.indexes ? node.indexes->coin_stats() : nullptr;
    const chain::BlockEntry* block = nullptr;
    if (call.has(1)) {
        const auto refuse = [](const char* text) { throw Error{code::invalid_parameter, text}; };
        if (!index) refuse("Querying specific block heights requires coinstatsindex");
        if (kind == coins::CoinsHash::serialized_3)
            refuse("hash_serialized_3 hash type cannot be queried for a specific block");
        if (!use_index) refuse("Cannot set use_index to false when querying for a specific block");
        block = &block_by_hash_or_height(call, 1);
    }
    if (!index || !use_index) return counted_set_info(node, kind);
    const bool is_ready = index->follower().wait_if_synced();
    const auto view = node.ledger.view();
    if (!block) block = &view->tip();
    if (const auto reached = index->follower().summary().best_height;
        !is_ready && block->height > reached) {
        throw Error{code::internal_error,
                    fmt::format("Unable to get data because coinstatsindex is still syncing. "
                                "Current height: {}",
                                reached)};
    }
    if (kind == coins::CoinsHash::serialized_3) return counted_set_info(node, kind);
    return indexed_set_info(*index, *block, kind);
}

}  // namespace daler::rpc
