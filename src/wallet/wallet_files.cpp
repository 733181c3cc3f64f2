// Creates, opens, closes and copies the files of wallets.

#include <daler/util/log.h>
#include <daler/util/storage_error.h>
#include <daler/wallet/wallet_service.h>

#include "store.h"

namespace daler::wallet {
namespace {

namespace fs = std::filesystem;

constexpr auto file_name = "wallet.dat";
constexpr int max_folder_depth = 4;
const std::string verification_failed = "Wallet file verification failed. ";

/// Removes a wallet's file and the folder that was made for it.
void discard(storage::FileSystem& files, const fs::path& file, const std::string& name) {
    try {
        files.remove(file);
        files.remove(log_of(file));
        if (!name.empty()) files.remove(file.parent_path());
    } catch (const StorageError& error) {
        log::warning("{}", error.what());
    }
}

/// Runs `work` and turns exceptions of the disk into failures.
template <class Work>
auto guarded(const std::string& prefix, Work work) -> std::invoke_result_t<Work&> {
    try {
        return work();
    } catch (const StorageError& error) {
        return fail(FailureKind::wallet, prefix + error.what());
    } catch (const fs::filesystem_error& error) {
        return fail(FailureKind::wallet, prefix + error.what());
    }
}

}  // namespace

fs::path WalletService::file_of(const std::string& name) const {
    return options_.folder / name / file_name;
}

Outcome<void> WalletService::remember(const std::string& name,
                                      std::optional<bool> load_on_startup) {
    if (!load_on_startup) return {};
    return call([&] {
        return guarded("", [&]() -> Outcome<void> {
            *load_on_startup ? settings_.add(name) : settings_.remove(name);
            return {};
        });
    });
}

Outcome<void> WalletService::open(const std::string& name) {
    return finish_opening(name, call([&]() -> Outcome<bool> {
                              auto begun = begin_open(name);
                              if (!begun) return daler::fail(begun.error());
                              return false;
                          }));
}

Outcome<void> WalletService::finish_opening(const std::string& name, Outcome<bool> done) {
    while (done && !*done)
        done = call([&] { return continue_open(name); });
    if (!done) return daler::fail(done.error());
    return {};
}

Outcome<void> WalletService::begin_open(const std::string& name) {
    const auto file = file_of(name);
    if (find(name))
        return fail(FailureKind::already_loaded, "Wallet \"" + name + "\" is already loaded.");
    if (opening_.contains(name)) return fail(FailureKind::wallet, "Wallet already loading.");
    return guarded(verification_failed, [&]() -> Outcome<void> {
        const auto refuse = [&](const char* why) {
            return fail(FailureKind::not_found, verification_failed +
                                                    "Failed to load database path '" +
                                                    file.parent_path().string() + "'. " + why);
        };
        if (!options_.files->exists(file.parent_path())) return refuse("Path does not exist.");
        if (!is_wallet_file(*options_.files, file, node_.params()))
            return refuse("Data is not in recognized format.");
        opening_[name] = Wallet::open({node_, options_, interrupt_}, name, file);
        return {};
    });
}

Outcome<bool> WalletService::continue_open(const std::string& name) {
    const auto opening = opening_.find(name);
    if (opening == opening_.end()) {
        // Another thread, which was opening it too, has finished.
        if (auto found = find(name); !found) return daler::fail(found.error());
        return true;
    }
    auto done = guarded(verification_failed, [&] { return opening->second->catch_up(); });
    if (done && !*done) return done;
    auto wallet = std::move(opening_.extract(name).mapped());
    if (done) wallets_.push_back(std::move(wallet));
    return done;
}

Result<std::vector<std::string>, std::string> WalletService::open_at_start(
    const std::vector<std::string>& names) {
    std::vector<std::string> warnings;
    std::set<std::string> seen;
    for (const auto& name : names) {
        // The settings may repeat names of the command line.
        if (!seen.insert(name).second) continue;
        const auto opened = open(name);
        if (opened) continue;
        if (node_.is_stopping()) break;  // shutdown during the start is not a failure
        std::string why = opened.error().message;
        if (why.starts_with(verification_failed)) why.erase(0, verification_failed.size());
        if (options_.files->exists(options_.folder / name)) return daler::fail(std::move(why));
        warnings.push_back("Skipping -wallet path that doesn't exist. " + why);
    }
    return warnings;
}

bool WalletService::takes_over(const std::string& name, const CreateOptions& create) {
    if (create.vault) return false;
    if (!options_.default_wallet || name != options_.default_wallet->name) return false;
    const auto wallet = find(name);
    return wallet && (*wallet)->history().records().empty() && (*wallet)->flags() == create.flags &&
           !(*wallet)->is_encrypted();
}

std::optional<crypto::Digest256> WalletService::seed_of(const std::string& name) const {
    if (options_.default_wallet && name == options_.default_wallet->name)
        return options_.default_wallet->seed;
    if (!options_.choice_seed) return std::nullopt;
    return crypto::Sha256::tagged("daler/wallet keys")
        .add(*options_.choice_seed)
        .add(as_bytes(name))
        .finish();
}

Outcome<bool> WalletService::begin_create(const std::string& name, CreateOptions create) {
    const auto file = file_of(name);
    return guarded(verification_failed, [&]() -> Outcome<bool> {
        if (options_.files->exists(file)) {
            return fail(FailureKind::already_exists,
                        verification_failed + "Failed to create database path '" +
                            file.parent_path().string() + "'. Database already exists.");
        }
        options_.files->create_folders(file.parent_path());
        const auto seed = seed_of(name);
        auto wallet = Wallet::create({node_, options_, interrupt_}, name, file, create.flags, seed,
                                     std::move(create.vault));
        if (!wallet) return daler::fail(wallet.error());
        if ((seed && (*wallet)->is_behind()) || (*wallet)->has_much_to_derive()) {
            opening_[name] = std::move(*wallet);
            return false;
        }
        wallets_.push_back(std::move(*wallet));
        return true;
    });
}

Outcome<void> WalletService::finish_creating(const std::string& name, Outcome<bool> begun) {
    const bool has_file = begun.has_value();
    auto created = finish_opening(name, std::move(begun));
    if (!created && has_file) discard(*options_.files, file_of(name), name);
    return created;
}

Outcome<void> WalletService::create(const std::string& name, CreateOptions options) {
    const auto load_on_startup = options.load_on_startup;
    bool is_taken_over = false;
    auto begun = call([&]() -> Outcome<bool> {
        is_taken_over = takes_over(name, options);
        if (is_taken_over) return true;
        return begin_create(name, std::move(options));
    });
    auto created = is_taken_over ? Outcome<void>{} : finish_creating(name, std::move(begun));
    return created ? remember(name, load_on_startup) : created;
}

Outcome<void> WalletService::create_default() {
    const auto& name = options_.default_wallet->name;
    bool is_new = false;
    auto begun = call([&]() -> Outcome<bool> {
        if (opening_.contains(name)) return false;
        // What a revert has moved aside is kept for the user, and is no wallet in use.
        const auto on_disk = list_dir();
        if (!wallets_.empty() || !std::ranges::all_of(on_disk, is_moved_aside)) return true;
        is_new = true;
        return begin_create(name, {});
    });
    if (!is_new) return finish_opening(name, std::move(begun));
    auto created = finish_creating(name, std::move(begun));
    if (!created) return created;
    log::info("Created the wallet {}, because there was none", name);
    return remember(name, true);
}

Outcome<void> WalletService::load(const std::string& name, std::optional<bool> load_on_startup) {
    auto opened = open(name);
    return opened ? remember(name, load_on_startup) : opened;
}

Outcome<void> WalletService::unload(const std::string& name, std::optional<bool> load_on_startup) {
    auto unloaded = call([&]() -> Outcome<void> {
        const auto wallet = find(name);
        if (!wallet) return daler::fail(wallet.error());
        if ((*wallet)->scan()) {
            return fail(FailureKind::wallet,
                        "Wallet is currently rescanning. Abort existing rescan or wait.");
        }
        auto flushed = guarded("", [&]() -> Outcome<void> {
            (*wallet)->flush();
            return {};
        });
        if (!flushed) return flushed;
        std::erase_if(wallets_, [&](const auto& open) { return open.get() == *wallet; });
        return {};
    });
    return unloaded ? remember(name, load_on_startup) : unloaded;
}

Outcome<void> WalletService::copy_backup(const std::string& name, const fs::path& backup) const {
    const auto file = file_of(name);
    auto& files = *options_.files;
    auto& disk = storage::real_file_system();
    return guarded("", [&]() -> Outcome<void> {
        if (!disk.exists(backup))
            return fail(FailureKind::invalid_parameter, "Backup file does not exist");
        if (files.exists(file) || (!name.empty() && files.exists(file.parent_path()))) {
            return fail(FailureKind::already_exists, "Failed to create database path '" +
                                                         file.parent_path().string() +
                                                         "'. Database already exists.");
        }
        files.create_folders(file.parent_path());
        try {
            storage::copy_file(disk, backup, files, file);
        } catch (const StorageError&) {
            discard(files, file, name);
            throw;
        }
        return {};
    });
}

Outcome<void> WalletService::restore(const std::string& name, const fs::path& backup,
                                     std::optional<bool> load_on_startup) {
    if (auto copied = copy_backup(name, backup); !copied) return copied;
    auto opened = open(name);
    if (opened) return remember(name, load_on_startup);
    discard(*options_.files, file_of(name), name);
    return opened;
}

std::vector<std::string> WalletService::list() {
    return call([&] {
        std::vector<std::string> out;
        for (const auto& wallet : wallets_)
            out.push_back(wallet->name());
        return out;
    });
}

std::vector<std::string> WalletService::list_dir() {
    std::vector<std::string> out;
    const auto found =
        storage::find_files(*options_.files, options_.folder, file_name, max_folder_depth + 1);
    for (const auto& file : found) {
        if (!is_wallet_file(*options_.files, file, node_.params())) continue;
        const auto name = file.parent_path().lexically_relative(options_.folder).string();
        out.push_back(name == "." ? "" : name);
    }
    std::ranges::sort(out);
    return out;
}

}  // namespace daler::wallet
