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

void require_encryptable(const wallet::Wallet& wallet, const crypto::SecretBytes& passphrase) {
    if (wallet.flags().private_keys_disabled) {
        throw Error{code::wallet_encryption_failed,
                    "Error: wallet does not contain private keys, nothing to encrypt."};
    }
    if (wallet.is_encrypted()) {
        throw Error{code::wallet_wrong_encryption_state,
                    "Error: running with an encrypted wallet, but encryptwallet was called."};
    }
    require_no_scan(wallet, "encrypting the wallet");
    require_text(passphrase);
}

/// What a passphrase has opened of a wallet.
struct Opened {
    std::string wallet;
    std::map<std::int64_t, wallet::MasterKey> master_keys;
    std::vector<wallet::OpenedMasterKey> keys;
};

/// Opens the master keys on this thread, because that takes a tenth of a second, in which other
/// wallets can be used. `check(wallet)` throws if the call cannot be done.
template <class Check>
Opened open_on_this_thread(const Call& call, const crypto::SecretBytes& passphrase, Check check) {
    auto out = with_wallet(call, [&](const wallet::Wallet& wallet) {
        check(wallet);
        return Opened{wallet.name(), wallet.master_keys(), {}};
    });
    out.keys = wallet::open_master_keys(out.master_keys, passphrase.bytes());
    return out;
}

/// Runs `use(wallet)` after `check(wallet)`. False, without doing it, if the wallet has other
/// master keys than `opened`: another call has changed its passphrase meanwhile.
template <class Check, class Use>
bool use_opened(const Call& call, const Opened& opened, Check check, Use use) {
    return with_wallet(call, opened.wallet, [&](wallet::Wallet& wallet) {
        check(wallet);
        if (wallet.master_keys() != opened.master_keys) return false;
        use(wallet);
        return true;
    });
}

/// The keys of `opened`, sealed with another passphrase.
std::vector<wallet::MasterKey> sealed_again(const Opened& opened,
                                            const crypto::SecretBytes& passphrase) {
    std::vector<wallet::MasterKey> out;
    for (const auto& key : opened.keys)
        out.push_back(wallet::seal_master_key(key.key.bytes(), passphrase.bytes()));
    return out;
}

}  // namespace

Json encryptwallet(Call& call) {
    const auto given = passphrase(call, 0);
    const auto name = with_wallet(call, [&](const wallet::Wallet& wallet) {
        require_encryptable(wallet, given);
        return wallet.name();
    });
    auto vault = wallet::KeyVault::create(given.bytes());
    with_wallet(call, name, [&](wallet::Wallet& wallet) {
        require_encryptable(wallet, given);
        wallet.encrypt(std::move(vault));
    });
    return "wallet encrypted; The keypool has been flushed and a new HD seed was generated. You "
           "need to make a new backup with the backupwallet RPC.";
}

Json walletpassphrase(Call& call) {
    const auto given = passphrase(call, 0);
    std::chrono::seconds duration{};
    const auto check = [&](const wallet::Wallet& wallet) {
        require_encrypted(wallet, "walletpassphrase");
        const auto seconds = call.long_integer(1);
        if (seconds < 0) throw Error{code::invalid_parameter, "Timeout cannot be negative."};
        require_text(given);
        duration = std::chrono::seconds(std::min(seconds, max_unlock_seconds));
    };
    for (bool done = false; !done;) {
        const auto opened = open_on_this_thread(call, given, check);
        done = use_opened(call, opened, check, [&](wallet::Wallet& wallet) {
            if (wallet.unlock(opened.keys, duration)) return;
            throw wrong_passphrase(given, "",
                                   " If this is successful, please set a new passphrase to avoid "
                                   "this issue in the future.");
        });
    }
    return nullptr;
}

Json walletpassphrasechange(Call& call) {
    const auto old_given = passphrase(call, 0);
    const auto new_given = passphrase(call, 1);
    const auto check = [&](const wallet::Wallet& wallet) {
        require_encrypted(wallet, "walletpassphrasechange");
        require_no_scan(wallet, "changing the passphrase");
        require_text(old_given);
        require_text(new_given);
    };
    for (bool done = false; !done;) {
        const auto opened = open_on_this_thread(call, old_given, check);
        const auto sealed = sealed_again(opened, new_given);
        done = use_opened(call, opened, check, [&](wallet::Wallet& wallet) {
            for (std::size_t i = 0; i < sealed.size(); ++i)
                if (wallet.replace_master_key(opened.keys[i], sealed[i])) return;
            throw wrong_passphrase(old_given, "old ", "");
        });
    }
    return nullptr;
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
