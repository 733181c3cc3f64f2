#include "rpc/psbt_arguments.h"
#include "rpc/transaction_arguments.h"
#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

namespace daler::rpc {

Json walletprocesspsbt(Call& call) {
    auto psbt = to_psbt(call.json(0));
    wallet::PsbtFilling filling;
    filling.sign = call.boolean(1, true);
    filling.options.sighash_type = sighash_by_name(call.json(2));
    filling.origins = call.boolean(3, true);
    if (!call.boolean(4, true)) filling.options.finalize = psbt::Finalize::no;
    const bool complete = with_wallet(call, [&](const wallet::Wallet& wallet) {
        if (filling.sign) value_of(wallet.check_unlocked());
        return value_of(wallet.fill_psbt(psbt, filling));
    });
    return processed_psbt_json(std::move(psbt), complete);
}

}  // namespace daler::rpc
