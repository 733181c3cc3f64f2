#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

#include <daler/crypto/secret_bytes.h>
#include <daler/rpc/values.h>
#include <daler/util/wipe.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

constexpr std::int64_t max_unlock_seconds = 100'000'000;

/// A passphrase in locked memory.
crypto::SecretBytes passphrase(const Call& call, std::size_t i) {
    auto text = call.string(i);
    crypto::SecretBytes out(as_bytes(text));
    wipe(text);
    return out;
}

/// -8 if it is empty.
void require_text(const crypto::SecretBytes& passphrase) {
    if (passphrase.empty()) throw Error{code::invalid_parameter, "passphrase cannot be empty"};
}

void require_encrypted(const wallet::Wallet& wallet, std::string_view method) {
    if (wallet.is_encrypted()) return;
    throw Error{
        code::wallet_wrong_encryption_state,
        fmt::format("Error: running with an unencrypted wallet, but {} was called.", method)};
}

/// A scan may need the keys until it ends.
void require_no_scan(const wallet::Wallet& wallet, std::string_view before) {
    if (!wallet.scan()) return;
    throw Error{code::wallet,
                fmt::format("Error: the wallet is currently being used to rescan the blockchain "
                            "for related transactions. Please call `abortrescan` before {}.",
                            before)};
}

Error wrong_passphrase(const crypto::SecretBytes& given, std::string_view which,
                       std::string_view advice) {
    if (as_text(given.bytes()).find('\0') == std::string_view::npos)
        return {code::wallet_passphrase_incorrect,
                "Error: The wallet passphrase entered was incorrect."};
    return {code::wallet_passphrase_incorrect,
            fmt::format("Error: The {}wallet passphrase entered is incorrect. It contains a null "
                        "character (ie - a zero byte). If the {}passphrase was set with a version "
                        "of this software prior to 25.0, please try again with only the characters "
                        "up to — but not including — the first null character.{}",
                        which, which, advice)};
}

}  // namespace

Json encryptwallet(Call& call) {
    const auto given = passphrase(call, 0);
    return with_wallet(call, [&](wallet::Wallet& wallet) -> Json {
        if (wallet.flags().private_keys_disabled) {
            throw Error{code::wallet_encryption_failed,
                        "Error: wallet does not contain private keys, nothing to encrypt."};
        }
        if (wallet.is_encrypted()) {
            throw Error{code::wallet_wrong_encryption_state,
                        "Error: running with an encrypted wallet, but encryptwallet was called."};
        }
        require_no_scan(wallet, "encrypting the wallet");
        require_text(given);
        wallet.encrypt(given.bytes());
        return "wallet encrypted; The keypool has been flushed and a new HD seed was generated. "
               "You need to make a new backup with the backupwallet RPC.";
    });
}

Json walletpassphrase(Call& call) {
    const auto given = passphrase(call, 0);
    return with_wallet(call, [&](wallet::Wallet& wallet) -> Json {
        require_encrypted(wallet, "walletpassphrase");
        const auto seconds = call.long_integer(1);
        if (seconds < 0) throw Error{code::invalid_parameter, "Timeout cannot be negative."};
        require_text(given);
        const std::chrono::seconds duration(std::min(seconds, max_unlock_seconds));
        if (!wallet.unlock(given.bytes(), duration)) {
            throw wrong_passphrase(given, "",
                                   " If this is successful, please set a new passphrase to avoid "
                                   "this issue in the future.");
        }
        return nullptr;
    });
}

Json walletpassphrasechange(Call& call) {
    const auto old_given = passphrase(call, 0);
    const auto new_given = passphrase(call, 1);
    return with_wallet(call, [&](wallet::Wallet& wallet) -> Json {
        require_encrypted(wallet, "walletpassphrasechange");
        require_no_scan(wallet, "changing the passphrase");
        require_text(old_given);
        require_text(new_given);
        if (!wallet.change_passphrase(old_given.bytes(), new_given.bytes()))
            throw wrong_passphrase(old_given, "old ", "");
        return nullptr;
    });
}

Json walletlock(Call& call) {
    return with_wallet(call, [](wallet::Wallet& wallet) -> Json {
        require_encrypted(wallet, "walletlock");
        require_no_scan(wallet, "locking the wallet");
        wallet.lock();
        return nullptr;
    });
}

}  // namespace daler::rpc
