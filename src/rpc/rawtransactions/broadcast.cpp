#include "rpc/rawtransactions/methods.h"
#include "rpc/transaction_arguments.h"

#include <daler/ledger/ledger.h>
#include <daler/rpc/values.h>
#include <daler/sync/peer_service.h>

namespace daler::rpc {
namespace {

constexpr std::string_view no_transaction =
    "TX decode failed. Make sure the tx has at least one input.";

[[noreturn]] void refuse(const mempool::Refused& refused) {
    const auto& rejection = refused.rejection;
    if (rejection.reason == consensus::Reason::max_fee_exceeded) {
        throw Error{code::verify,
                    "Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)"};
    }
    const bool missing = rejection.reason == consensus::Reason::inputs_missing_or_spent;
    throw Error{missing ? code::verify : code::verify_rejected, consensus::to_text(rejection)};
}

bool has_unspent_output(ledger::State& state, const SealedTransaction& tx) {
    for (std::uint32_t i = 0; i < tx.outputs.size(); ++i)
        if (state.chain.coin({tx.txid, i})) return true;
    return false;
}

}  // namespace

Json sendrawtransaction(Call& call) {
    const auto tx = seal(decode_hex_transaction(call.string(0), no_transaction));
    const auto max_rate = max_fee_rate(call, 1);
    check_burned(*tx, call.has(2) ? to_amount(call.json(2)) : Amount{0});
    const auto known = call.node().ledger.call([&](ledger::State& state) {
        if (auto same = state.mempool.find(tx->txid)) return same;
        mempool::AcceptOptions options;
        options.max_fee_rate = max_rate;
        if (const auto accepted = state.accept(tx, options); !accepted) {
            // The inputs of a confirmed transaction are spent, so only a refused one can be one.
            if (has_unspent_output(state, *tx)) {
                throw Error{code::verify_already_in_chain,
                            "Transaction outputs already in utxo set"};
            }
            refuse(accepted.error());
        }
        state.mempool.add_unbroadcast(tx->txid);
        return TransactionRef{};
    });
    // A new one is announced when it enters the mempool. The one in the mempool may have another
    // witness. Peers can request only that one.
    if (known) call.node().peers.announce(known->txid, known->wtxid);
    return tx->txid.to_hex();
}

}  // namespace daler::rpc
