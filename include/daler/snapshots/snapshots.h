#pragma once

#include <daler/snapshots/snapshot.h>
#include <daler/storage/file_system.h>

#include <atomic>
#include <filesystem>
#include <functional>

namespace daler::ledger {
class Ledger;
}
namespace daler::wallet {
class WalletService;
}

namespace daler::snapshots {

/// The parts of the node that a snapshot holds. The references must outlive Snapshots.
struct Parts {
    ledger::Ledger& ledger;
    wallet::WalletService* wallets;  ///< null with -disablewallet
    mining::AutoMiner& auto_miner;
    Clock& clock;
    storage::FileSystem& files;
    std::filesystem::path folder;  ///< for the files of this class

    // Each of these may throw StorageError.
    /// Replaces what the next start loads into the mempool.
    std::function<void(const mempool::SavedMempool&)> keep_mempool;
    /// Stores the chain time that the next start begins with.
    std::function<void()> keep_chain_time;
    /// The disk failed in the middle of a revert: the node must stop. The next start completes it.
    std::function<void()> fatal;
};

/// What a revert has changed.
struct Reverted {
    Summary snapshot;
    Height height_before = 0;
    std::vector<wallet::MovedWallet> moved_wallets;  ///< those that did not exist then
    std::vector<std::string> dropped;                ///< later snapshots, the oldest first
};

/// Snapshots of the whole node, and the return to them. Any thread except those of ledger, network
/// and wallets may call. One call is at work at a time, and nothing else changes chain, mempool or
/// wallets meanwhile. Errors are sentences for the user. Throws StorageError.
class Snapshots {
public:
    static constexpr std::size_t max_snapshots = 1000;
    static constexpr std::size_t max_name_length = 64;
    /// Bytes of one snapshot: mostly the files of the wallets and the mempool.
    static constexpr std::uint64_t max_snapshot_size = 1u << 30;

    explicit Snapshots(Parts parts);

    /// Completes a revert that a crash or a failing disk interrupted. To be called before wallets
    /// are opened and the mempool is loaded. True if there was one.
    Result<bool, std::string> finish_after_crash();

    /// Takes a snapshot. Without a name it gets the next free number as its name.
    Result<Summary, std::string> take(const std::optional<std::string>& name);
    /// Returns the node to a snapshot; without a name to the latest one.
    Result<Reverted, std::string> revert(const std::optional<std::string>& name);
    /// All snapshots, the oldest first.
    [[nodiscard]] std::vector<Summary> list() const;
    /// Removes a snapshot; others do not depend on it.
    Result<void, std::string> drop(const std::string& name);
    /// No snapshot needs blocks up to this height. Any thread.
    [[nodiscard]] Height unneeded_height() const { return unneeded_height_; }

private:
    template <class Work>
    auto alone(Work work) -> std::invoke_result_t<Work&>;
    [[nodiscard]] std::filesystem::path file_of(const std::string& name) const;
    [[nodiscard]] std::filesystem::path journal() const;
    [[nodiscard]] std::string free_name() const;
    Result<Snapshot, std::string> capture() const;
    [[nodiscard]] Result<Snapshot, std::string> read(const std::string& name) const;
    [[nodiscard]] Result<void, std::string> can_return_to(const Snapshot& snapshot) const;
    Reverted apply(const Snapshot& snapshot, bool reopen_wallets);
    std::vector<wallet::MovedWallet> return_chain_and_wallets(const Snapshot& snapshot,
                                                              bool reopen_wallets);
    void return_auto_mining(const mining::AutoMineSetting& setting);
    std::vector<std::string> drop_later(const Summary& snapshot);
    void remove(const std::filesystem::path& file);
    void note_heights();

    const Parts parts_;
    std::atomic<Height> unneeded_height_{0};
};

}  // namespace daler::snapshots
