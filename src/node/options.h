#pragma once

#include <daler/config/settings.h>
#include <daler/index/indexes.h>
#include <daler/ledger/ledger.h>
#include <daler/mining/auto_miner.h>
#include <daler/mining/block_signer.h>
#include <daler/notify/notifier.h>
#include <daler/rpc/server.h>
#include <daler/sync/options.h>
#include <daler/wallet/options.h>
#include <daler/zmq/publisher.h>

#include <filesystem>
#include <vector>

namespace daler::node {

/// The options of the modules, taken from the user's settings.
struct NodeOptions {
    ChainParams params;
    chain::ChainOptions chain;
    policy::PolicyOptions policy;
    mempool::Limits mempool;
    sync::SyncOptions sync;
    rpc::ServerOptions rpc;
    wallet::WalletOptions wallet;
    policy::BlockLimits block_limits;
    std::optional<mining::AutoMineEvents> auto_mine{};  ///< -automine
    index::Wanted wanted_indexes{};
    index::IndexOptions index;
    std::vector<zmq::Feed> feeds{};  ///< -zmqpub options
    notify::Commands commands{};     ///< -blocknotify and its like

    /// From -seedfile: keys and choices of this node may derive from it (node/seed.h).
    std::optional<crypto::Digest256> seed;
    std::shared_ptr<const mining::BlockSigner> signer;  ///< -signetsigner
    std::optional<BlockTime> chain_time;  ///< -chaintime: chain time stands still from there on

    bool serve_rpc = true;
    bool use_wallets = true;
    bool creates_wallet = false;  ///< calls that need a wallet create one if there is none
    /// -fixedfeeestimate: the fee rate to estimate at the start.
    std::optional<FeeRate> fixed_fee_estimate;
    bool accepts_stale_fee_estimates = false;  ///< -acceptstalefeeestimates
    bool persist_mempool = true;
    bool mempool_file_version_1 = false;             ///< -persistmempoolv1
    bool remember_settings = true;                   ///< settings.json
    std::vector<std::string> wallets;                ///< to open besides those of settings.json
    std::vector<std::filesystem::path> load_blocks;  ///< to import
    bool stop_after_import = false;
    Height stop_at_height = 0;  ///< 0: the node does not stop by itself
    std::size_t workers = 1;    ///< threads besides the ledger's that check scripts
    std::size_t signature_cache_bytes = 32u << 20;
    bool in_memory = false;
    std::filesystem::path folder;    ///< of the chain; in memory only a name
    std::filesystem::path pid_file;  ///< empty: none
    std::string log_file;            ///< empty: none
    bool warnings_as_text = false;   ///< -deprecatedrpc=warnings
    bool checks_answers = false;     ///< -rpcdoccheck
};

/// The error names the option.
[[nodiscard]] Result<NodeOptions, std::string> node_options(const config::Settings& settings);

}  // namespace daler::node
