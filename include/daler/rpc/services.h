#pragma once

#include <daler/policy/block_limits.h>
#include <daler/primitives/transaction.h>
#include <daler/rpc/written_blocks.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
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
namespace daler::mining {
class AutoMiner;
class BlockSigner;
}  // namespace daler::mining
namespace daler::snapshots {
class Snapshots;
}
namespace daler::sync {
class PeerService;
}
namespace daler::wallet {
class WalletService;
}

namespace daler::rpc {

class CurrentTemplate;
class Dispatcher;
class TipWatch;

/// The data of the last template that getmininginfo shows. Shared by the calls that make templates.
struct LastTemplate {
    std::atomic<std::int64_t> weight{-1};        ///< -1: none was made yet
    std::atomic<std::int64_t> transactions{-1};  ///< without the coinbase
};

/// The state of a scan of the coins (scantxoutset). Only one runs at a time.
struct CoinScan {
    std::atomic<bool> is_running{false};
    std::atomic<bool> is_aborted{false};
    std::atomic<int> progress{0};  ///< percent
};

/// The state of a scan of the block filters (scanblocks). Only one runs at a time.
struct FilterScan {
    std::atomic<bool> is_running{false};
    std::atomic<bool> is_aborted{false};
    std::atomic<int> progress{0};   ///< percent
    std::atomic<Height> height{0};  ///< of the block that was scanned last
};

/// What getzmqnotifications shows of a topic that is published at an address.
struct PublishedTopic {
    std::string topic;  ///< "hashblock"
    std::string address;
    int high_water_mark = 0;
};

/// The parts of the node that methods use, filled in by the module `node`. May be called from any
/// rpc worker thread.
struct Services {
    const ChainParams& params;
    Clock& clock;
    ledger::Ledger& ledger;
    sync::PeerService& peers;
    wallet::WalletService* wallets;  ///< null with -disablewallet

    std::function<void()> stop;  ///< requests the end of the node; returns at once
    std::function<void()>
        drain_events;  ///< returns when wallets and indexes have processed all notifications so far
    std::function<std::vector<std::string>()> warnings;
    bool warnings_as_text = false;  ///< -deprecatedrpc=warnings: one text, as before version 28
    bool checks_answers = false;    ///< -rpcdoccheck: answers that are not as declared are errors
    std::function<bool()> loading;  ///< import, reindex or mempool load is running
    std::atomic<bool>& stopping;    ///< long work ends when it is set, see refuse_if_stopping
    std::chrono::steady_clock::time_point started;
    std::string log_path;
    std::vector<PublishedTopic> published{};  ///< by ZeroMQ

    TipWatch& tips;          ///< registered with the ledger
    Dispatcher& dispatcher;  ///< for help and the list of running calls
    policy::BlockLimits block_limits{};
    LastTemplate last_template{};
    /// What getblocktemplate keeps for the next call. Ledger thread only; null before the first.
    std::shared_ptr<CurrentTemplate> current_template{};
    /// The signer of a signet's blocks, whose keys may not be enough; null on other chains.
    std::function<std::shared_ptr<const mining::BlockSigner>()> block_signer{};
    /// Writes mempool.dat and returns its path (savemempool); throws StorageError. May be empty.
    std::function<std::string()> save_mempool{};
    /// To be called after chain time was moved: keeps it over a restart; throws StorageError. May
    /// be empty.
    std::function<void()> keep_chain_time{};
    /// To be called after the bans have changed: writes banlist.json; throws StorageError. May be
    /// empty.
    std::function<void()> keep_bans{};
    index::Indexes* indexes = nullptr;          ///< null if there are none
    mining::AutoMiner* auto_miner = nullptr;    ///< null on public chains
    snapshots::Snapshots* snapshots = nullptr;  ///< null on public chains
    CoinScan coin_scan{};
    FilterScan filter_scan{};
    std::size_t cache_bytes = 0;  ///< -dbcache
    /// With -prune: the bytes to keep, or 0 if only the user prunes.
    std::optional<std::uint64_t> prune_target{};
    Height prune_after = 0;  ///< shorter chains are not pruned
    /// Calls that need a wallet create the default one if there is none.
    bool creates_wallet = false;
    /// What estimatesmartfee answers at least; zero: it may have no estimate.
    FeeRate fee_floor{};
    WrittenBlocks written_blocks{};
    std::mutex faucet_mutex{};  ///< so that only one faucet mines
};

/// Throws an Error if the node is stopping. Methods whose duration depends on their arguments call
/// it at each step.
void refuse_if_stopping(const Services& node);

}  // namespace daler::rpc
