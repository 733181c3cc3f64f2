#include "rpc/blockchain_methods.h"
#include "rpc/scan_methods.h"
#include "rpc/transaction_json.h"

#include <daler/rpc/values.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

/// What gettxout found, and the tip as of then.
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

Json gettxout(Call& call) {
    const auto txid = call.hash<Txid>(0);
    const auto index = to_integer(call.json(1));
    if (index < 0 || index > std::numeric_limits<std::uint32_t>::max()) {
        throw Error{code::misc, "JSON integer out of range"};
    }
    const OutPoint outpoint{txid, static_cast<std::uint32_t>(index)};
    const bool include_mempool = call.boolean(2, true);
    const Found found = call.node().ledger.call(
        [&](ledger::State& state) { return find_coin(state, outpoint, include_mempool); });
    if (!found.coin) return nullptr;
    const auto& [output, height, is_coinbase] = *found.coin;
    Json out = Json::object();
    out.append("bestblock", found.view->tip().hash.to_hex());
    out.append("confirmations", found.confirmed ? found.view->height() - height + 1 : 0);
    out.append("value", from_amount(output.value));
    out.append("scriptPubKey",
               script_pubkey_json(output.script_pubkey.bytes(), call.node().params.address));
    out.append("coinbase", is_coinbase);
    return out;
}

chain::Chainstate::CoinsHash hash_kind(const std::string& name) {
    using Kind = chain::Chainstate::CoinsHash;
    if (name == "hash_serialized_3") return Kind::serialized_3;
    if (name == "muhash") return Kind::muhash;
    if (name == "none") return Kind::none;
    throw Error{code::invalid_parameter, fmt::format("'{}' is not a valid hash_type", name)};
}

Json gettxoutsetinfo(Call& call) {
    using Kind = chain::Chainstate::CoinsHash;
    const Kind kind = hash_kind(call.string(0, "hash_serialized_3"));
    if (call.has(1)) {
        throw Error{code::invalid_parameter,
                    "Querying specific block heights requires coinstatsindex"};
    }
    const auto stats =
        call.node().ledger.call([&](ledger::State& state) { return state.chain.coin_stats(kind); });
    Json out = Json::object();
    out.append("height", stats.height);
    out.append("bestblock", stats.best_block.to_hex());
    out.append("txouts", stats.outputs);
    out.append("bogosize", stats.bogo_size);
    if (kind == Kind::serialized_3) out.append("hash_serialized_3", stats.hash.to_hex());
    if (kind == Kind::muhash) out.append("muhash", stats.hash.to_hex());
    out.append("total_amount", from_amount(stats.total));
    out.append("transactions", stats.transactions);
    out.append("disk_size", stats.disk_size);
    return out;
}

}  // namespace

std::vector<Method> coin_methods() {
    return {
        {"Blockchain",
         "gettxout",
         "An unspent output.",
         {{"txid", Type::hex, "", "The transaction"},
          {"n", Type::integer, "", "The number of the output"},
          {"include_mempool", Type::boolean, "true",
           "Count outputs made or spent by unconfirmed transactions"}},
         "null if there is none; bestblock, confirmations, value, scriptPubKey, coinbase",
         gettxout},
        {"Blockchain",
         "gettxoutsetinfo",
         "Totals over all unspent outputs. Takes a while on long chains.",
         {{"hash_type", Type::string, "hash_serialized_3", "hash_serialized_3, muhash or none"},
          {"hash_or_height", Type::any, "the tip", "Needs an index that is not there"},
          {"use_index", Type::boolean, "true", "Ignored: there is no index"}},
         "height, bestblock, counts, sizes, hash and amount",
         gettxoutsetinfo},
        {"Blockchain",
         "scantxoutset",
         "Looks for unspent outputs that descriptors describe.",
         {{"action", Type::string, "", "start, abort or status"},
          {"scanobjects", Type::array, "null",
           "Descriptors, or objects of desc and range (last index or [first, last])"}},
         "success, txouts, height, bestblock, unspents, total_amount",
         scantxoutset},
    };
}

}  // namespace daler::rpc
