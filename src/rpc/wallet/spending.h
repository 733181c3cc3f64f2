#pragma once

#include <daler/rpc/method.h>
#include <daler/wallet/wallet.h>

namespace daler::rpc {

/// Whether payments of the called wallet signal that they may be replaced, if the call does not
/// say.
[[nodiscard]] bool replaceable_by_default(const Call& call);

/// The options of send and sendall, with the arguments `conf_target`, `estimate_mode` and
/// `fee_rate` from position 1 on among them. -8 if one is given twice, if a target has no mode, or
/// for the names of options that older methods have.
[[nodiscard]] Json spending_options(const Call& call);

/// The end of send and sendall: signs the transaction; stores and broadcasts it if it is complete,
/// unless the options `psbt` or `add_to_wallet` say otherwise. The answer has what is left to do.
[[nodiscard]] Json finish_spending(wallet::Wallet& wallet, const Transaction& tx,
                                   const Json& options);

}  // namespace daler::rpc
