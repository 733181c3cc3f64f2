#include "rpc/transaction_arguments.h"
#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

#include <daler/consensus/merkle_proof.h>
#include <daler/rpc/values.h>

namespace daler::rpc {

Json importprunedfunds(Call& call) {
    const auto tx = seal(decode_hex_transaction(
        call.string(0), "TX decode failed. Make sure the tx has at least one input."));
    const auto proof = consensus::decode_merkle_proof(to_bytes(call.json(1), "proof"));
    if (!proof) throw Error{code::misc, "DataStream::read(): end of data: iostream error"};
    if (!consensus::proved_transactions(*proof))
        throw Error{code::invalid_address_or_key, "Something wrong with merkleblock"};
    return with_wallet(call, [&](wallet::Wallet& wallet) -> Json {
        const auto* block = wallet.node().index().find(proof->header.hash());
        if (!block || !block->is_ancestor_of(wallet.tip()))
            throw Error{code::invalid_address_or_key, "Block not found in chain"};
        const auto position = consensus::proved_position(*proof, tx->txid);
        // With a wrong number of transactions, an inner node could be shown as one
        // (CVE-2017-12842).
        if (!position || block->tx_count != proof->transactions)
            throw Error{code::invalid_address_or_key, "Transaction given doesn't exist in proof"};
        value_of(wallet.import_transaction(tx, *block, *position));
        return nullptr;
    });
}

Json removeprunedfunds(Call& call) {
    const auto txid = call.hash<Txid>(0);
    return with_wallet(call, [&](wallet::Wallet& wallet) -> Json {
        value_of(wallet.remove_transaction(txid));
        return nullptr;
    });
}

}  // namespace daler::rpc
