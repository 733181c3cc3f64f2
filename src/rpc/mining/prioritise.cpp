#include "rpc/mining/methods.h"

#include <daler/ledger/ledger.h>

namespace daler::rpc {

Json prioritisetransaction(Call& call) {
    const auto txid = call.hash<Txid>(0, "txid");
    if (call.has(1) && call.number(1) != 0) {
        throw Error{
            code::invalid_parameter,
            "Priority is no longer supported, dummy argument to prioritisetransaction must be 0."};
    }
    const Amount delta{call.long_integer(2)};
    call.node().ledger.call([&](ledger::State& state) { state.mempool.prioritise(txid, delta); });
    return true;
}

Json getprioritisedtransactions(Call& call) {
    return call.node().ledger.call([](ledger::State& state) {
        Json out = Json::object();
        for (const auto& [txid, delta] : state.mempool.deltas()) {
            Json item = Json::object();
            item.append("fee_delta", delta.satoshis());
            const auto entry = state.mempool.entry(txid);
            item.append("in_mempool", entry.has_value());
            if (entry) item.append("modified_fee", entry->modified_fee.satoshis());
            out.append(txid.to_hex(), std::move(item));
        }
        return out;
    });
}

}  // namespace daler::rpc
