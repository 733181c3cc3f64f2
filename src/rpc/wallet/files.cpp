#include "rpc/additions.h"
#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

#include <daler/crypto/secret_bytes.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>
#include <daler/util/wipe.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

// Bitcoin Core's latest version number of wallet features.
constexpr int wallet_version = 169900;

std::optional<bool> startup_choice(const Call& call, std::size_t i) {
    if (!call.has(i)) return std::nullopt;
    return call.boolean(i, false);
}

Json name_json(const std::string& name, Json warnings = Json::array()) {
    Json out = Json::object();
    out.append("name", name);
    if (!warnings.empty()) out.append("warnings", std::move(warnings));
    return out;
}

std::optional<std::int64_t> birth_time(const wallet::Wallet& wallet) {
    std::optional<std::int64_t> out;
    for (const auto& record : wallet.keys().records())
        out = std::min(out.value_or(record.created), record.created);
    return out;
}

/// Why a wallet was not created. On private chains, if there is one of that name, what to do.
std::string creation_failure(const Call& call, const std::string& name,
                             const wallet::Failure& failure) {
    if (failure.kind != wallet::FailureKind::already_exists || !call.node().params.is_private)
        return failure.message;
    const auto open = wallets(call).list();
    const bool is_open = std::ranges::find(open, name) != open.end();
    return add_sentence(failure.message,
                        is_open ? fmt::format("It is loaded: calls to /wallet/{} use it.", name)
                                : fmt::format("loadwallet \"{}\" loads it.", name));
}

Json scanning_json(const wallet::Wallet& wallet) {
    const auto& scan = wallet.scan();
    if (!scan) return false;
    const auto elapsed = std::chrono::steady_clock::now() - scan->started;
    Json out = Json::object();
    out.append("duration", std::chrono::duration_cast<std::chrono::seconds>(elapsed).count());
    out.append("progress", scan->progress);
    return out;
}

}  // namespace

Json createwallet(Call& call) {
    wallet::CreateOptions options;
    options.flags.private_keys_disabled = call.boolean(1, false);
    options.flags.blank = call.boolean(2, false);
    options.flags.avoid_reuse = call.boolean(4, false);
    options.load_on_startup = startup_choice(call, 6);
    if (!call.boolean(5, true)) {
        throw Error{code::wallet,
                    "BDB wallet creation is deprecated and will be removed in a future release. In "
                    "this release it can be re-enabled temporarily with the "
                    "-deprecatedrpc=create_bdb setting."};
    }
    if (call.boolean(7, false)) {
        throw Error{code::wallet,
                    "Compiled without external signing support (required for external signing)"};
    }
    Json warnings = Json::array();
    if (call.has(3)) {
        if (call.string(3).empty()) {
            warnings.push("Empty string given as passphrase, wallet will not be encrypted.");
        } else if (options.flags.private_keys_disabled) {
            throw Error{code::wallet,
                        "Passphrase provided but private keys are disabled. A passphrase is only "
                        "used to encrypt private keys, so cannot be used for wallets with private "
                        "keys disabled."};
        }
    }
    if (auto text = call.string(3, ""); !text.empty()) {
        const crypto::SecretBytes passphrase(as_bytes(text));
        wipe(text);
        // Not on the wallet thread, which all wallets share.
        options.vault =
            std::make_unique<wallet::KeyVault>(wallet::KeyVault::create(passphrase.bytes()));
    }
    const auto name = call.string(0);
    const auto created = wallets(call).create(name, std::move(options));
    // This method has one code for all reasons.
    if (!created) throw Error{code::wallet, creation_failure(call, name, created.error())};
    return name_json(name, std::move(warnings));
}

Json loadwallet(Call& call) {
    const auto name = call.string(0);
    value_of(wallets(call).load(name, startup_choice(call, 1)));
    return name_json(name);
}

Json unloadwallet(Call& call) {
    if (call.has_wallet_path() && call.has(0) && call.string(0) != call.wallet_name()) {
        throw Error{code::invalid_parameter,
                    "RPC endpoint wallet and wallet_name parameter specify different wallets"};
    }
    const auto name = call.has_wallet_path() ? call.wallet_name() : to_text(call.json(0));
    value_of(wallets(call).unload(name, startup_choice(call, 1)));
    return Json::object();
}

Json listwallets(Call& call) {
    Json out = Json::array();
    for (const auto& name : wallets(call).list())
        out.push(name);
    return out;
}

Json listwalletdir(Call& call) {
    Json found = Json::array();
    for (const auto& name : wallets(call).list_dir())
        found.push(name_json(name));
    Json out = Json::object();
    out.append("wallets", std::move(found));
    return out;
}

Json getwalletinfo(Call& call) {
    return with_wallet(call, [](wallet::Wallet& wallet) {
        const auto balances = wallet.history().balances(0, wallet.flags().avoid_reuse);
        Json out = Json::object();
        out.append("walletname", wallet.name());
        out.append("walletversion", wallet_version);
        out.append("format", "sqlite");
        out.append("balance", from_amount(balances.trusted));
        out.append("unconfirmed_balance", from_amount(balances.pending));
        out.append("immature_balance", from_amount(balances.immature));
        out.append("txcount", wallet.history().records().size());
        out.append("keypoolsize", wallet.keys().unused(false));
        out.append("keypoolsize_hd_internal", wallet.keys().unused(true));
        if (const auto until = wallet.unlocked_until()) out.append("unlocked_until", *until);
        out.append("paytxfee", from_rate(wallet.pay_tx_fee()));
        out.append("private_keys_enabled", !wallet.flags().private_keys_disabled);
        out.append("avoid_reuse", wallet.flags().avoid_reuse);
        out.append("scanning", scanning_json(wallet));
        out.append("descriptors", true);
        out.append("external_signer", false);
        out.append("blank", wallet.flags().blank);
        if (const auto time = birth_time(wallet)) out.append("birthtime", *time);
        append_last_block(out, wallet);
        return out;
    });
}

Json backupwallet(Call& call) {
    const std::filesystem::path target = call.string(0);
    return with_wallet(call, [&](wallet::Wallet& wallet) -> Json {
        try {
            // For SQLite, an empty name means a temporary file.
            if (target.empty()) throw StorageError("the file has no name");
            wallet.backup(target);
        } catch (const StorageError&) {
            throw Error{code::wallet, "Error: Wallet backup failed!"};
        }
        return nullptr;
    });
}

Json restorewallet(Call& call) {
    const auto name = call.string(0);
    value_of(wallets(call).restore(name, call.string(1), startup_choice(call, 2)));
    return name_json(name);
}

Json upgradewallet(Call& call) {
    const auto wanted = call.integer(0, wallet_version);
    Json out = Json::object();
    out.append("wallet_name", with_wallet(call, [](const wallet::Wallet& wallet) {
                   value_of(wallet.check_unlocked());
                   return wallet.name();
               }));
    out.append("previous_version", wallet_version);
    out.append("current_version", wallet_version);
    // 0 stands for the latest version.
    if (wanted != 0 && wanted < wallet_version) {
        out.append("error", fmt::format("Cannot downgrade wallet from version {} to version {}. "
                                        "Wallet version unchanged.",
                                        wallet_version, wanted));
    } else {
        out.append("result", "Already at latest version. Wallet version unchanged.");
    }
    return out;
}

}  // namespace daler::rpc
