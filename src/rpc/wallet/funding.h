#pragma once

#include <daler/consensus/check_transaction.h>
#include <daler/rpc/method.h>
#include <daler/rpc/services.h>
#include <daler/wallet/wallet.h>

#include <map>
#include <span>

namespace daler::rpc {

/// A payment whose coins the wallet chooses, and what happens afterwards.
struct Funding {
    wallet::PaymentRequest request;
    bool lock_coins = false;
};

/// -8.
[[noreturn]] void refuse_option(std::string message);

/// An option that is given; null if it is not, or if `options` is not an object.
[[nodiscard]] Json option(const Json& options, std::string_view key);

/// The request to pay these outputs, of which those that `fee_payers` names by position or by one
/// of `names` pay the fee (null: none). Not signed. -8 as to_fee_payers.
[[nodiscard]] wallet::PaymentRequest request_to_pay(const std::vector<TxOutput>& outputs,
                                                    std::span<const std::string> names,
                                                    const Json& fee_payers);

/// What createrawtransaction takes, and the outputs that pay the fee.
struct FundingParts {
    const Json& inputs;
    const Json& outputs;
    const Json& lock_time;
    const Json& fee_payers;
    bool replaceable;
};
/// The payment with these parts. If there are inputs, no others are added unless the options say
/// so.
[[nodiscard]] Funding funding_of(const FundingParts& parts, const Services& node);

/// The options with the weights that `inputs` have, as the option that read_funding_options reads.
/// -8 if that is given.
[[nodiscard]] Json with_input_weights(Json options, const Json& inputs);

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
