#pragma once

#include <daler/rpc/method.h>
#include <daler/util/storage_error.h>
#include <daler/util/wipe.h>
#include <daler/wallet/wallet_service.h>

#include <functional>

namespace daler::rpc {

/// The wallets of the node; -32601 if it has none (-disablewallet).
[[nodiscard]] wallet::WalletService& wallets(const Call& call);

/// Converts a failure of a wallet to an RPC error.
[[nodiscard]] Error to_error(const wallet::Failure& failure);

/// The value, or the Error.
template <class T>
T value_of(wallet::Outcome<T> outcome) {
    if (!outcome) throw to_error(outcome.error());
    if constexpr (!std::is_void_v<T>) return std::move(*outcome);
}

/// The wallet that the path names; nothing for the only one.
[[nodiscard]] std::optional<std::string> named_wallet(const Call& call);

/// For calls that need a new address or coins, before `with_wallet`. On private chains: if the call
/// names no wallet, none is loaded and none is on the disk, creates the default wallet, after
/// `check`, which may throw an Error.
void provide_wallet(const Call& call, const std::function<void()>& check = {});

/// The error of a call without a wallet name for which there is no wallet, or not one alone. On
/// private chains it says how to get one.
[[nodiscard]] Error no_wallet_error(const Call& call, wallet::Failure failure);

/// The failure of a payment. On private chains, if coins of the wallet are not mature yet, it says
/// when they are.
[[nodiscard]] wallet::Failure payment_failure(const wallet::Wallet& wallet,
                                              wallet::Failure failure);

/// `work` for the wallet thread, which leaves no copies of secrets there if the call has some.
template <class Work>
auto wiping(Work work) {
    return
        [work = std::move(work), wipes = WipeScope::is_active()](wallet::Wallet& wallet) mutable {
            std::optional<WipeScope> scope;
            if (wipes) scope.emplace();
            return work(wallet);
        };
}

/// Runs `work(Wallet&)` on the wallet thread for the wallet of that name, or the only one.
template <class Work>
auto with_wallet(const Call& call, const std::optional<std::string>& name, Work work) {
    try {
        auto outcome = wallets(call).with(name, wiping(std::move(work)));
        if (!outcome && !name) throw no_wallet_error(call, std::move(outcome.error()));
        return value_of(std::move(outcome));
    } catch (const StorageError& error) {
        throw Error{code::wallet, error.what()};
    }
}

/// The same for the wallet that the path names, or the only one.
template <class Work>
auto with_wallet(const Call& call, Work work) {
    return with_wallet(call, named_wallet(call), std::move(work));
}

/// As `with_wallet`, for short work that changes the wallet and nothing else
/// (WalletService::change).
template <class Work>
auto change_wallet(const Call& call, Work work) {
    const auto name = named_wallet(call);
    try {
        auto outcome = wallets(call).change(name, std::move(work));
        if (!outcome && !name) throw no_wallet_error(call, std::move(outcome.error()));
        return value_of(std::move(outcome));
    } catch (const StorageError& error) {
        throw Error{code::wallet, error.what()};
    }
}

/// Runs `step(Wallet&)`, a slice of long work that ends in a few milliseconds, until it returns
/// true. Other calls run in between.
template <class Step>
void in_slices(const Call& call, const std::string& name, Step step) {
    while (!with_wallet(call, name, [&](wallet::Wallet& wallet) { return value_of(step(wallet)); }))
        continue;
}

/// The wallet of a call that scans. Meanwhile other calls cannot scan or close it. -4 if a scan is
/// running.
class ScannedWallet {
public:
    explicit ScannedWallet(const Call& call);
    ~ScannedWallet();
    ScannedWallet(const ScannedWallet&) = delete;
    ScannedWallet& operator=(const ScannedWallet&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }

private:
    const Call& call_;
    std::string name_;
};

/// The label in an argument; -11 for "*", which means all labels.
[[nodiscard]] std::string label_of(const Json& value);

/// Adds the last block that the wallet has processed: {"hash", "height"} as "lastprocessedblock".
void append_last_block(Json& object, const wallet::Wallet& wallet);

/// Adds "parent_descs": the wallet's descriptors that derived this script.
void append_parent_descriptors(Json& object, const wallet::Wallet& wallet, const Script& script);

/// The place of an address in lists, as in Bitcoin Core: by its type, then by its hash or key.
[[nodiscard]] std::pair<int, Script> order_of_address(const Script& script);

/// Adds "address" for scripts that have one.
void append_address(Json& object, const wallet::Wallet& wallet, const Script& script);

}  // namespace daler::rpc
