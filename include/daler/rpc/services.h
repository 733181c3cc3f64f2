#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace daler {
class Clock;
struct ChainParams;
}  // namespace daler
namespace daler::ledger {
class Ledger;
}
namespace daler::sync {
class PeerService;
}
namespace daler::wallet {
class WalletService;
}

namespace daler::rpc {

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
    std::function<bool()> loading;  ///< import, reindex or mempool load still going on
    std::atomic<bool>& stopping;    ///< long polls end when it is set
    std::chrono::steady_clock::time_point started;
    std::string log_path;
};

}  // namespace daler::rpc
