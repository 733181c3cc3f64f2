// Methods of Bitcoin Core's old wallets, which hold single keys in place of descriptors. daler has
// no such wallets: the methods fail as they do in Bitcoin Core for a descriptor wallet.

#include "rpc/old_wallets/methods.h"
#include "rpc/wallet_call.h"

namespace daler::rpc {
namespace {

Json refuse_descriptors(const wallet::Wallet&) {
    throw Error{code::wallet, "Only legacy wallets are supported by this command"};
}

}  // namespace

Json only_for_old_wallets(Call& call) {
    return with_wallet(call, refuse_descriptors);
}

Json importprivkey(Call& call) {
    return with_wallet(call, [](const wallet::Wallet& wallet) -> Json {
        if (wallet.flags().private_keys_disabled) {
            throw Error{code::wallet,
                        "Cannot import private keys to a wallet with private keys disabled"};
        }
        return refuse_descriptors(wallet);
    });
}

Json migratewallet(Call& call) {
    if (!call.has_wallet_path() && !call.has(0)) {
        throw Error{code::invalid_parameter,
                    "Either RPC endpoint wallet or wallet_name parameter must be provided"};
    }
    if (call.has_wallet_path() && call.has(0) && call.string(0) != call.wallet_name()) {
        throw Error{code::invalid_parameter,
                    "RPC endpoint wallet and wallet_name parameter specify different wallets"};
    }
    const auto name = call.has_wallet_path() ? call.wallet_name() : call.string(0);
    const auto known = wallets(call).list_dir();
    if (std::ranges::find(known, name) == known.end())
        throw Error{code::wallet, "Error: Wallet does not exist"};
    throw Error{code::wallet, "Error: This wallet is already a descriptor wallet"};
}

}  // namespace daler::rpc
