#pragma once

#include <daler/encoding/bytes.h>
#include <daler/primitives/transaction.h>

#include <set>
#include <string>
#include <vector>

namespace daler::wallet {

/// A wallet as it was at one moment: its file, and what only the open wallet knew.
struct SavedWallet {
    std::string name;
    Bytes file;
    bool was_open = false;
    std::set<OutPoint> locked_coins{};  ///< those that the file does not have (lockunspent)
    /// Payments that a reorganisation made unconfirmed. The wallet broadcasts them again.
    std::set<Txid> displaced{};

    bool operator==(const SavedWallet&) const = default;
};

/// All wallets of a node as they were at one moment.
struct Savepoint {
    std::vector<SavedWallet> wallets;          ///< first the open ones, in the order of opening
    std::vector<std::string> load_on_startup;  ///< see SettingsStore

    bool operator==(const Savepoint&) const = default;
};

/// A wallet whose file was renamed.
struct MovedWallet {
    std::string name;
    std::string new_name;
};

/// Whether this is the new name of a wallet that a return has moved aside.
[[nodiscard]] bool is_moved_aside(std::string_view name);

}  // namespace daler::wallet
