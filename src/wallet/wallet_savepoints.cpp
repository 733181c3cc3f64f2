// Takes savepoints of wallets, and returns to them.

#include <daler/storage/file_system.h>
#include <daler/wallet/wallet_service.h>

#include <fmt/format.h>

#include "store.h"

namespace daler::wallet {
namespace {

/// Stands in the new name of a wallet that was moved aside, before a number.
constexpr std::string_view moved_mark = ".reverted-";

bool contains(const Savepoint& savepoint, const std::string& name) {
    return std::ranges::find(savepoint.wallets, name, &SavedWallet::name) !=
           savepoint.wallets.end();
}

}  // namespace

bool is_moved_aside(std::string_view name) {
    const auto mark = name.rfind(moved_mark);
    if (mark == std::string_view::npos) return false;
    const auto number = name.substr(mark + moved_mark.size());
    return !number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos;
}

SavedWallet Wallet::saved() {
    for (const auto& txid : history_.take_displaced())
        displaced_.insert(txid);
    flush();
    SavedWallet out{.name = name_, .file = store_->bytes(), .was_open = true};
    std::ranges::set_difference(locked_, persistent_locked_,
                                std::inserter(out.locked_coins, out.locked_coins.end()));
    out.displaced = displaced_;
    return out;
}

void Wallet::discard(std::unique_ptr<Wallet> wallet) {
    wallet->store_.reset();
}

std::unique_ptr<Wallet> Wallet::return_to(const WalletContext& context, const SavedWallet& saved,
                                          const std::filesystem::path& file,
                                          std::unique_ptr<Wallet> wallet) {
    const auto& params = context.node.params();
    auto store =
        wallet ? std::move(wallet->store_) : Store::open(*context.options.files, file, params);
    if (wallet) store->replace(saved.file);
    std::unique_ptr<Wallet> out(new Wallet(context, saved.name, std::move(store)));
    out->restore(wallet ? std::move(wallet->keys_) : KeyBook(context.options.keypool));
    if (auto done = out->follow(context.node.view()->tip()); !done)
        throw StorageError(fmt::format("wallet {}: {}", saved.name, done.error().message));
    out->adopt_mempool();
    out->locked_.insert(saved.locked_coins.begin(), saved.locked_coins.end());
    out->displaced_ = saved.displaced;
    if (wallet) out->pay_tx_fee_ = wallet->pay_tx_fee_;
    return out;
}

Outcome<void> WalletService::check_idle() const {
    const auto is_scanning = [](const auto& wallet) { return wallet->scan().has_value(); };
    const auto busy = std::ranges::find_if(wallets_, is_scanning);
    if (busy != wallets_.end()) {
        return fail(FailureKind::wallet,
                    fmt::format("Wallet \"{}\" is rescanning. Wait, or call abortrescan.",
                                (*busy)->name()));
    }
    if (opening_.empty()) return {};
    return fail(FailureKind::wallet, fmt::format("Wallet \"{}\" is being loaded. Try again soon.",
                                                 opening_.begin()->first));
}

SavedWallet WalletService::saved_file(const std::string& name) {
    auto& files = *options_.files;
    const auto file = file_of(name);
    // A killed process leaves content in the log.
    if (files.exists(log_of(file))) {
        const auto store = Store::open(files, file, node_.params());
        return {.name = name, .file = store->bytes()};
    }
    return {.name = name, .file = storage::read_file(files, file).value_or(Bytes{})};
}

Savepoint WalletService::savepoint() {
    Savepoint out;
    std::set<std::string> open;
    for (const auto& wallet : wallets_) {
        out.wallets.push_back(wallet->saved());
        open.insert(wallet->name());
    }
    for (const auto& name : list_dir())
        if (!open.contains(name)) out.wallets.push_back(saved_file(name));
    out.load_on_startup = settings_.list();
    return out;
}

std::vector<MovedWallet> WalletService::return_to(const Savepoint& savepoint,
                                                  const std::function<void()>& return_chain,
                                                  bool reopen) {
    std::map<std::string, std::unique_ptr<Wallet>> open;
    for (auto& wallet : std::exchange(wallets_, {})) {
        const std::string name = wallet->name();
        if (contains(savepoint, name)) open[name] = std::move(wallet);
    }
    return_chain();
    process_notifications();

    auto moved = move_aside(savepoint);
    for (const auto& saved : savepoint.wallets) {
        auto wallet = std::move(open[saved.name]);
        if (!saved.was_open && wallet) Wallet::discard(std::move(wallet));
        if (!wallet) return_file(saved);
        if (!saved.was_open || !reopen) continue;
        wallets_.push_back(Wallet::return_to({node_, options_, interrupt_}, saved,
                                             file_of(saved.name), std::move(wallet)));
    }
    return_settings(savepoint.load_on_startup);
    note_seen_height();
    return moved;
}

std::vector<MovedWallet> WalletService::move_aside(const Savepoint& savepoint) {
    std::vector<MovedWallet> out;
    for (const auto& name : list_dir())
        if (!contains(savepoint, name) && !is_moved_aside(name))
            out.push_back({name, move_aside(name)});
    return out;
}

std::string WalletService::move_aside(const std::string& name) {
    auto& files = *options_.files;
    const auto new_name = [&](int number) {
        return fmt::format("{}{}{}", name.empty() ? "wallet" : name, moved_mark, number);
    };
    int number = 1;
    while (files.exists(file_of(new_name(number))))
        ++number;
    const auto from = file_of(name);
    const auto to = file_of(new_name(number));
    files.create_folders(to.parent_path());
    // The log first: without its file it is nothing, but a file without its log has lost payments.
    if (files.exists(log_of(from))) files.rename(log_of(from), log_of(to));
    files.rename(from, to);
    files.sync_folder(to.parent_path());
    if (!name.empty() && files.list(from.parent_path()).empty()) files.remove(from.parent_path());
    return new_name(number);
}

void WalletService::return_file(const SavedWallet& saved) {
    auto& files = *options_.files;
    const auto file = file_of(saved.name);
    if (!files.exists(log_of(file)) && storage::read_file(files, file) == saved.file) return;
    files.create_folders(file.parent_path());
    files.remove(log_of(file));
    storage::write_atomically(files, file, saved.file);
}

void WalletService::return_settings(const std::vector<std::string>& names) {
    const auto now = settings_.list();
    if (now == names) return;
    for (const auto& name : now)
        settings_.remove(name);
    for (const auto& name : names)
        settings_.add(name);
}

}  // namespace daler::wallet
