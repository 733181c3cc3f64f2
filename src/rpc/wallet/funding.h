#pragma once

#include <daler/consensus/check_transaction.h>
#include <daler/rpc/method.h>
#include <daler/wallet/wallet.h>

#include <map>

namespace daler::rpc {

/// A payment whose coins the wallet chooses, and what happens afterwards.
struct Funding {
    wallet::PaymentRequest request;
    bool lock_coins = false;
};

/// The request to pay these outputs, those at the positions in `fee_payers` (null: none) pay the
/// fee. Not signed. -8 as to_fee_payers.
[[nodiscard]] wallet::PaymentRequest request_to_pay(const std::vector<TxOutput>& outputs,
                                                    const Json& fee_payers);

/// Reads the options that fundrawtransaction, walletcreatefundedpsbt and send have in common, with
/// the names of all three; null: none are given. Throws Bitcoin Core's codes and texts in its
/// order.
void read_funding_options(const Json& options, const ChainParams& params, Funding& funding);

/// Reads the weights of given inputs: [{"txid", "vout", "weight"}].
void read_input_weights(const Json& weights, wallet::PaymentRequest& request);

/// Adds `tx`'s inputs with their sequences, lock time and version to the request. `coins`: the
/// outputs that they spend, as far as they are known.
void take_inputs(const Transaction& tx, const std::map<OutPoint, consensus::Coin>& coins,
                 wallet::PaymentRequest& request);

/// Makes the payment, uses up its change address, and locks its coins if that is asked for. -4 if
/// that fails.
[[nodiscard]] wallet::Payment fund(wallet::Wallet& wallet, const Funding& funding);

}  // namespace daler::rpc
