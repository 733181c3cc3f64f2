#pragma once

#include "core_records.h"
#include "store.h"

namespace daler::wallet {

/// The longest range of a descriptor that is taken from a file of another program. Opening a wallet
/// derives all its scripts: these take minutes.
inline constexpr std::int32_t max_core_range = 10'000'000;

/// The content of a wallet file with its transactions, oldest first.
struct WholeWallet : StoredWallet {
    struct Entry {
        TxRecord record;
        TransactionRef tx;
    };
    std::vector<Entry> transactions{};
};

/// Reads a whole wallet file. Throws StorageError.
[[nodiscard]] WholeWallet load_whole(Store& store);

/// A sentence for each kind of data that the other format does not hold.
using LeftOut = std::vector<std::string>;

/// The content of a wallet as Bitcoin Core stores it. Nothing is left out.
[[nodiscard]] CoreWallet to_core(const WholeWallet& wallet, const ChainParams& params);

/// The content of one of Bitcoin Core's wallets. Confirmed transactions have `unknown_height`. The
/// error is for the user: something is damaged, or cannot be understood.
[[nodiscard]] Result<WholeWallet, std::string> from_core(const CoreWallet& wallet,
                                                         const ChainParams& params,
                                                         LeftOut& left_out);

}  // namespace daler::wallet
