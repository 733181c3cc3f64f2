#pragma once

#include <daler/crypto/hash.h>
#include <daler/descriptor/descriptor.h>
#include <daler/primitives/amount.h>
#include <daler/storage/file_system.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace daler::wallet {

struct TxRecord;

/// The wallet that calls without a wallet name use while no other one is open. It is created when
/// one is needed (`WalletService::create_default`).
struct DefaultWallet {
    std::string name;
    /// If given, its keys derive from this secret, as the seed of BIP 32. The wallet then reads the
    /// chain from its start when it is created, because it may have had the keys before.
    std::optional<crypto::Digest256> seed{};
};

/// Settings for all wallets of a node, from its options.
struct WalletOptions {
    std::filesystem::path folder;  ///< -walletdir: holds NAME/wallet.dat
    /// Where that folder is. Wallets of another file system than the real one are in memory while
    /// they are open, and stored there when they are closed. Backups are real files.
    storage::FileSystem* files = &storage::real_file_system();
    std::optional<DefaultWallet> default_wallet{};
    std::uint32_t keypool = 1000;      ///< -keypool: unused addresses that are derived ahead
    FeeRate fallback_fee{Amount{0}};   ///< -fallbackfee: used if there is no estimate; 0: refuse
    FeeRate pay_tx_fee{Amount{0}};     ///< -paytxfee: 0: estimate
    FeeRate min_tx_fee{Amount{1000}};  ///< -mintxfee
    FeeRate discard_fee{
        Amount{10'000}};  ///< -discardfee: change not worth spending at this rate is dropped
    FeeRate consolidate_fee{Amount{10'000}};  ///< -consolidatefeerate: below it, coins are merged
    Amount max_tx_fee{10'000'000};            ///< -maxtxfee
    bool avoid_partial_spends = false;  ///< -avoidpartialspends: coins of a script go together
    /// -maxapsfee: they go together if that costs at most so much more. Nothing: not tried.
    std::optional<Amount> max_group_fee{Amount{0}};
    int confirm_target = 6;  ///< -txconfirmtarget, blocks
    descriptor::AddressType address_type = descriptor::AddressType::bech32;  ///< -addresstype
    std::optional<descriptor::AddressType> change_type;                      ///< -changetype
    /// The keys of new wallets, except the default one, and all choices of payments come from this
    /// secret, so that the same calls give the same transactions; nothing: they are random.
    std::optional<crypto::Digest256> choice_seed;
    bool spend_unconfirmed_change = true;  ///< -spendzeroconfchange
    bool replaceable = true;               ///< -walletrbf
    bool broadcast = true;                 ///< -walletbroadcast
    bool reject_long_chains = true;        ///< -walletrejectlongchains
    /// If set: is called, on the wallet thread, with a wallet's name and a transaction that came or
    /// has a new place: its block was connected or disconnected, it came into the mempool, a block
    /// conflicts with it, or a scan found it (again). It must return at once.
    std::function<void(const std::string&, const TxRecord&)> transaction_moved{};
};

}  // namespace daler::wallet
