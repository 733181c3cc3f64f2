#pragma once

#include <daler/policy/block_limits.h>
#include <daler/primitives/transaction.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace daler {
class Clock;
struct ChainParams;
}  // namespace daler
namespace daler::ledger {
class Ledger;
}
namespace daler::index {
class Indexes;
}
namespace daler::sync {
class PeerService;
}
namespace daler::wallet {
class WalletService;
}

namespace daler::rpc {

class Dispatcher;
class TipWatch;

/// What getmininginfo tells of the last template; shared by the calls that make them.
struct LastTemplate {
    std::atomic<std::int64_t> weight{-1};        ///< -1: none was made yet
    std::atomic<std::int64_t> transactions{-1};  ///< the coinbase aside
};

/// The one scan of the coins (scantxoutset) that may go on at a time.
struct CoinScan {
    std::atomic<bool> is_running{false};
    std::atomic<bool> is_aborted{false};
    std::atomic<int> progress{0};  ///< percent
};

/// Everything methods may use, wired by node. All of it may be called from any rpc worker thread.
struct Services {
    const ChainParams& params;
    Clock& clock;
    ledger::Ledger& ledger;
    sync::PeerService& peers;
    wallet::WalletService* wallets;  ///< null with -disablewallet

    std::function<void()> stop;  ///< asks the node to end; returns at once
    std::function<void()>
        drain_events;  ///< returns when wallet and notifications have seen all news so far
    std::function<std::vector<std::string>()> warnings;
    bool warnings_as_text = false;  ///< -deprecatedrpc=warnings: one text, as before version 28
    std::function<bool()> loading;  ///< import, reindex or mempool load still going on
    std::atomic<bool>& stopping;    ///< long work ends when it is set, see refuse_if_stopping
    std::chrono::steady_clock::time_point started;
    std::string log_path;

    TipWatch& tips;          ///< registered with the ledger
    Dispatcher& dispatcher;  ///< for help and the list of running calls
    policy::BlockLimits block_limits{};
    LastTemplate last_template{};
    /// Writes mempool.dat and returns its path (savemempool); throws StorageError. May be empty.
    std::function<std::string()> save_mempool{};
    index::Indexes* indexes = nullptr;  ///< null: there are none
    CoinScan coin_scan{};
    /// With -prune: the bytes to keep, or 0 if only the user prunes.
    std::optional<std::uint64_t> prune_target{};
    Height prune_after = 0;  ///< shorter chains are not pruned
};

/// Throws an Error when the node is asked to end. Methods whose arguments decide how long they take
/// call it at each step.
void refuse_if_stopping(const Services& node);

}  // namespace daler::rpc
