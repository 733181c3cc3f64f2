#include <daler/node/node.h>

#include "node/chain_time_file.h"
#include "node/fee_estimates_file.h"
#include "node/height_stop.h"
#include "node/index_observer.h"
#include "node/mempool_file.h"
#include "node/notifications.h"
#include "node/option_checks.h"
#include "node/options.h"
#include "node/private_chain.h"
#include "node/saved_wallets.h"
#include "node/wallet_observer.h"
#include "node/wallet_view.h"

#include <daler/chain/import.h>
#include <daler/consensus/header_rules.h>
#include <daler/mining/auto_miner.h>
#include <daler/rpc/server.h>
#include <daler/rpc/tip_watch.h>
#include <daler/script/signature_cache.h>
#include <daler/snapshots/snapshots.h>
#include <daler/storage/file_lock.h>
#include <daler/storage/file_system.h>
#include <daler/sync/peer_manager.h>
#include <daler/util/log.h>
#include <daler/util/storage_error.h>
#include <daler/util/thread_name.h>
#include <daler/util/time_text.h>
#include <daler/util/version.h>

#include <fmt/format.h>
#include <unistd.h>

#include <mutex>
#include <thread>

namespace daler::node {
namespace {

constexpr std::string_view chain_time_name = "chaintime.json";
constexpr std::string_view peers_name = "peers.dat";
constexpr std::string_view bans_name = "banlist.json";
constexpr std::string_view auto_mine_name = "automine.json";
constexpr std::string_view snapshots_name = "snapshots";
constexpr std::string_view lacks_blocks_warning =
    "A chain with more work is known by its headers, but no peer has its next blocks. Connect to a "
    "node that keeps all blocks (-addnode).";

/// The address at which a program on this machine reaches a listening socket.
std::string local_address(wire::Endpoint listening) {
    auto& host = listening.host;
    if (host == wire::HostAddress::from_text("0.0.0.0"))
        host = wire::HostAddress::from_text("127.0.0.1").value();
    if (host == wire::HostAddress::from_text("::"))
        host = wire::HostAddress::from_text("::1").value();
    return listening.to_text();
}

}  // namespace

/// The objects of a node in the order of their construction; they are destroyed in reverse order.
struct Node::Impl {
    Impl(const config::Settings& settings_, std::function<void()> request_stop_)
        : settings(settings_),
          request_stop(std::move(request_stop_)),
          memory(settings.flag("inmemory") ? storage::memory_file_system() : nullptr),
          files(memory ? *memory : storage::real_file_system()) {}
    ~Impl() { stop(); }

    Result<void, std::string> start();
    void keep_in_memory();
    void open_folder();
    Result<void, std::string> open_chain_time();
    void reach_time_of_tip();
    Result<void, std::string> open_rpc();
    Result<void, std::string> prepare_chain();
    void open_ledger();
    void disk_failed();
    void open_indexes();
    void limit_pruning();
    void forbid_pruning() noexcept;
    Result<void, std::string> open_wallets();
    Result<void, std::string> open_peers();
    Result<void, std::string> open_auto_miner();
    Result<void, std::string> open_snapshots();
    [[nodiscard]] Result<Script, std::string> new_wallet_script() const;
    [[nodiscard]] std::shared_ptr<const mining::BlockSigner> block_signer() const;
    void serve();
    void import();
    void import_file(const std::filesystem::path& file);
    void stop() noexcept;
    void stop_wallets() noexcept;
    void stop_indexes() noexcept;
    void save(std::string_view what, const std::function<void()>& action) noexcept;
    std::string client_options() const;
    Json ready_report() const;
    std::filesystem::path file(std::string_view name) const { return options.folder / name; }

    const config::Settings& settings;
    std::function<void()> request_stop;
    const std::unique_ptr<storage::FileSystem> memory;  ///< null: the files are on disk
    storage::FileSystem& files;
    NodeOptions options;
    Clock clock;
    std::unique_ptr<ChainTimeFile> chain_time_file;
    const std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
    std::atomic<bool> stopping{false};  ///< long work and long polls end when it is set
    bool stopped = false;
    std::atomic<bool> failed{false};
    std::atomic<bool> loading{true};

    std::mutex bans_mutex;  ///< so that the newest list is written last
    std::unique_ptr<storage::FileLock> lock;
    bool wrote_pid = false;
    rpc::TipWatch tips;
    std::unique_ptr<rpc::Dispatcher> dispatcher;
    std::unique_ptr<rpc::Services> services;
    std::unique_ptr<rpc::RpcServer> server;
    std::unique_ptr<ThreadPool> workers;
    std::unique_ptr<script::BoundedSignatureCache> signatures;
    // The ledger notifies its observers until it is destroyed.
    std::unique_ptr<HeightStop> height_stop;
    std::unique_ptr<sync::PeerManager> peers;
    Notifications notifications;
    std::unique_ptr<SavedWallets> saved_wallets;
    std::unique_ptr<WalletView> wallet_view;
    std::unique_ptr<wallet::WalletService> wallets;
    std::unique_ptr<WalletObserver> wallet_observer;
    std::unique_ptr<index::Indexes> indexes;
    std::unique_ptr<IndexObserver> index_observer;
    std::unique_ptr<MempoolFile> mempool_file;
    std::unique_ptr<FeeEstimatesFile> fee_estimates;  ///< null with -blocksonly
    std::unique_ptr<ledger::Ledger> ledger;
    std::unique_ptr<mining::AutoMiner> auto_miner;
    std::unique_ptr<snapshots::Snapshots> snapshots;
    std::thread importer;
};

Result<void, std::string> Node::Impl::start() {
    auto read = node_options(settings);
    if (!read) return fail(read.error());
    options = std::move(*read);
    if (memory) keep_in_memory();
    for (const auto& line : options_without_effect(settings))
        log::info("{}", line);
    try {
        open_folder();
        if (auto opened = open_chain_time(); !opened) return opened;
        if (auto opened = open_rpc(); !opened) return opened;
        if (auto prepared = prepare_chain(); !prepared) return prepared;
        open_ledger();
        reach_time_of_tip();
        open_indexes();
        if (auto opened = notifications.open(options, *ledger); !opened) return opened;
        if (auto opened = open_wallets(); !opened) return opened;
        if (auto opened = open_auto_miner(); !opened) return opened;
        if (auto opened = open_snapshots(); !opened) return opened;
        limit_pruning();
        if (auto opened = open_peers(); !opened) return opened;
        serve();
    } catch (const StorageError& error) {
        return fail(std::string(error.what()));
    }
    notifications.started();
    importer = std::thread([this] {
        set_thread_name("initload");
        import();
    });
    return {};
}

void Node::Impl::keep_in_memory() {
    options.chain.in_memory = options.index.in_memory = true;
    options.chain.file_system = options.wallet.files = memory.get();
    options.persist_mempool = false;
}

void Node::Impl::open_folder() {
    if (!memory) {
        files.create_folders(options.folder);
        // Create it at the first start, so that users can put wallet files into it.
        files.create_folders(options.folder / "wallets");
        lock = std::make_unique<storage::FileLock>(file(config::data_lock_name));
        files.remove(file(config::rpc_port_name));  // of a process that was killed
    }
    if (options.pid_file.empty()) return;
    storage::write_atomically(storage::real_file_system(), options.pid_file,
                              as_bytes(fmt::format("{}\n", getpid())));
    wrote_pid = true;
}

Result<void, std::string> Node::Impl::open_chain_time() {
    chain_time_file = std::make_unique<ChainTimeFile>(files, file(chain_time_name), clock);
    if (auto loaded = chain_time_file->load(options.chain_time); !loaded) return loaded;
    if (const auto frozen = settings.integer("mocktime"); frozen != 0)
        clock.set_mock_time(from_unix(frozen));
    return {};
}

/// Blocks that were mined after chain time was saved last may be later than it: the node was
/// killed, or its clock was mocked then.
void Node::Impl::reach_time_of_tip() {
    if (!options.chain.trust_tip_time) return;
    const auto tip = ledger->view()->tip().header.block_time();
    const auto ahead =
        clock.is_chain_time_stopped() ? std::chrono::seconds{0} : consensus::max_future_block_time;
    if (tip <= clock.chain_now() + ahead) return;
    clock.set_chain_time(tip);
    log::info("Chain time is {} now, the time of the last block", time_text(tip));
}

Result<void, std::string> Node::Impl::open_rpc() {
    dispatcher = std::make_unique<rpc::Dispatcher>(rpc::method_tables());
    if (!options.serve_rpc) return {};
    dispatcher->set_warmup_status("Loading block index…");
    server = std::make_unique<rpc::RpcServer>(options.rpc, *dispatcher);
    if (auto opened = server->start(); !opened) return opened;
    if (!memory && server->port() != options.params.rpc_port) {
        // Not synced: it counts only while this process runs.
        files.open(file(config::rpc_port_name), storage::OpenMode::create)
            ->write(as_bytes(fmt::format("{}\n", server->port())), 0);
    }
    return {};
}

/// Finds the genesis block of a chain file's chain. The chain must be the one of this folder.
Result<void, std::string> Node::Impl::prepare_chain() {
    const auto* file = settings.chain_file();
    if (!file) return {};
    dispatcher->set_warmup_status("Looking for the genesis block…");
    return prepare_private_chain(*file, files, options.folder, clock.chain_now(), stopping,
                                 options.params);
}

void Node::Impl::disk_failed() {
    failed = true;
    request_stop();
}

void Node::Impl::open_ledger() {
    workers = std::make_unique<ThreadPool>(options.workers);
    signatures = std::make_unique<script::BoundedSignatureCache>(options.signature_cache_bytes);
    options.chain.stop = &stopping;
    ledger::Ledger::Options ledger_options{options.chain, options.policy, options.mempool, {}};
    ledger_options.fatal = [this](const std::string&) { disk_failed(); };
    ledger = std::make_unique<ledger::Ledger>(options.params, std::move(ledger_options), clock,
                                              *workers, signatures.get());
    ledger->add_observer(tips);
    if (options.stop_at_height > 0) {
        height_stop = std::make_unique<HeightStop>(options.stop_at_height, request_stop);
        ledger->add_observer(*height_stop);
    }
    if (const auto fixed = options.fixed_fee_estimate)
        ledger->call([&](ledger::State& state) { state.mempool.fee_estimates().set(1, *fixed); });
    mempool_file =
        std::make_unique<MempoolFile>(files, options.folder, options.mempool_file_version_1);
    // A node that asks for no transactions cannot learn from them.
    if (options.sync.blocks_only) return;
    fee_estimates = std::make_unique<FeeEstimatesFile>(files, options.folder, clock);
    fee_estimates->start(*ledger, options.accepts_stale_fee_estimates);
}

void Node::Impl::open_indexes() {
    options.index.fatal = [this](const std::string&) { disk_failed(); };
    indexes =
        std::make_unique<index::Indexes>(ledger->chain(), options.wanted_indexes, options.index);
    index_observer = std::make_unique<IndexObserver>(*indexes);
    ledger->add_observer(*index_observer);
    indexes->start();
}

/// After this, the ledger asks neither wallets nor indexes which blocks may be pruned.
void Node::Impl::forbid_pruning() noexcept {
    try {
        ledger->call([](ledger::State& state) { state.chain.allow_pruning({}); });
    } catch (const std::exception&) {
        // The disk has failed: the ledger does no more work.
    }
}

/// Keeps blocks that indexes and wallets have not processed yet, or that a revert needs.
void Node::Impl::limit_pruning() {
    if (!options.chain.prune_target) return;
    ledger->call([this](ledger::State& state) {
        state.chain.allow_pruning([this] {
            Height limit = indexes->recorded_height();
            if (wallets) limit = std::min(limit, wallets->seen_height());
            if (snapshots) limit = std::min(limit, snapshots->unneeded_height());
            return limit;
        });
    });
}

Result<void, std::string> Node::Impl::open_wallets() {
    // The peers are created first, because wallets announce through them, and started last.
    if (const auto bytes = storage::read_file(files, file(peers_name)))
        options.sync.address_book = *bytes;
    if (const auto bytes = storage::read_file(files, file(bans_name)))
        options.sync.ban_list = *bytes;
    peers = std::make_unique<sync::PeerManager>(*ledger, clock, *workers, options.sync);
    if (!options.use_wallets) return {};

    dispatcher->set_warmup_status("Loading wallet…");
    saved_wallets = std::make_unique<SavedWallets>(files, options.remember_settings
                                                              ? file(config::saved_settings_name)
                                                              : std::filesystem::path{});
    if (auto loaded = saved_wallets->load(); !loaded) return loaded;
    wallet_view = std::make_unique<WalletView>(*ledger, *indexes, *peers, clock,
                                               options.policy.dust_relay_fee, stopping);
    wallets = std::make_unique<wallet::WalletService>(*wallet_view, options.wallet, *saved_wallets);
    wallet_observer = std::make_unique<WalletObserver>(*wallets);
    ledger->add_observer(*wallet_observer);
    return {};
}

Result<void, std::string> Node::Impl::open_peers() {
    dispatcher->set_warmup_status("Starting network threads…");
    if (auto started_peers = peers->start(); !started_peers) return started_peers;
    // Opening a wallet announces its unconfirmed payments, which needs the net thread.
    if (!wallets) return {};
    const auto opened = wallets->open_at_start(options.wallets);
    if (!opened) return fail(opened.error());
    for (const auto& warning : *opened)
        log::warning("{}", warning);
    return {};
}

Result<Script, std::string> Node::Impl::new_wallet_script() const {
    if (!wallets) return fail(std::string("this node has no wallets, and no address is set."));
    if (options.creates_wallet) {
        if (auto ready = wallets->create_default(); !ready) return fail(ready.error().message);
    }
    const auto made = wallets->with(std::nullopt, [](wallet::Wallet& wallet) {
        return wallet.new_address(wallet.options().address_type, "");
    });
    if (!made) return fail(made.error().message);
    if (!*made) return fail((*made).error().message);
    return **made;
}

/// The signer of a signet: with the keys of -signetsigner, or else with those of the wallets.
std::shared_ptr<const mining::BlockSigner> Node::Impl::block_signer() const {
    const auto& challenge = options.params.signet_challenge;
    if (challenge.empty() || options.signer) return options.signer;
    descriptor::KeyRing keys;
    const std::array scripts{Script(challenge)};
    for (const auto& name : wallets ? wallets->list() : std::vector<std::string>{}) {
        const auto own = wallets->with(
            name, [&](const wallet::Wallet& wallet) { return wallet.signing_keys(scripts); });
        if (own) keys.merge(*own);
    }
    return std::make_shared<const mining::BlockSigner>(challenge, std::move(keys));
}

Result<void, std::string> Node::Impl::open_auto_miner() {
    if (options.params.is_public()) return {};
    mining::AutoMiner::Options miner_options;
    miner_options.limits = options.block_limits;
    miner_options.files = &files;
    miner_options.file = file(auto_mine_name);
    miner_options.wallet_script = [this] { return new_wallet_script(); };
    miner_options.block_signer = [this] { return block_signer(); };
    auto_miner = std::make_unique<mining::AutoMiner>(*ledger, clock, std::move(miner_options));
    if (!options.auto_mine) return {};
    auto status = auto_miner->set({.when = *options.auto_mine, .address = {}},
                                  mining::AutoMiner::Keep::this_run);
    if (!status) return fail("-automine: " + status.error());
    return {};
}

/// Completes a revert that a crash interrupted, before wallets are opened.
Result<void, std::string> Node::Impl::open_snapshots() {
    if (!auto_miner) return {};
    snapshots = std::make_unique<snapshots::Snapshots>(snapshots::Parts{
        .ledger = *ledger,
        .wallets = wallets.get(),
        .auto_miner = *auto_miner,
        .clock = clock,
        .files = files,
        .folder = file(snapshots_name),
        .keep_mempool =
            [this](const mempool::SavedMempool& saved) {
                if (fee_estimates) fee_estimates->write();
                if (options.persist_mempool) mempool_file->write(saved);
            },
        .keep_chain_time = [this] { chain_time_file->save(); },
        .fatal = [this] { disk_failed(); },
    });
    const auto before = saved_wallets ? saved_wallets->list() : std::vector<std::string>{};
    const auto finished = snapshots->finish_after_crash();
    if (!finished) return fail(finished.error());
    if (!*finished || !saved_wallets) return {};
    // The settings have returned, too.
    std::erase_if(options.wallets, [&](const std::string& name) {
        return std::ranges::find(before, name) != before.end();
    });
    for (const auto& name : saved_wallets->list())
        options.wallets.push_back(name);
    return {};
}

/// The options by which daler-cli finds this node, each followed by a space.
std::string Node::Impl::client_options() const {
    std::string out;
    const auto& name = options.params.name;
    if (const auto* file = settings.chain_file())
        out = file->options + " ";
    else if (name != "main")
        out = fmt::format("-{} ", name == "test" ? "testnet" : name);
    if (settings.text_if_set("datadir"))
        out += fmt::format("-datadir={} ", settings.data_folder().string());
    return out;
}

void Node::Impl::serve() {
    services = std::unique_ptr<rpc::Services>(new rpc::Services{
        .params = options.params,
        .clock = clock,
        .ledger = *ledger,
        .peers = *peers,
        .wallets = wallets.get(),
        .stop = request_stop,
        .drain_events =
            [this] {
                ledger->call([](ledger::State&) {});
                if (wallets) wallets->drain();
                indexes->drain();
            },
        .warnings =
            [this] {
                auto out = notifications.warnings();
                if (peers && peers->lacks_blocks()) out.emplace_back(lacks_blocks_warning);
                return out;
            },
        .warnings_as_text = options.warnings_as_text,
        .checks_answers = options.checks_answers,
        .loading = [this] { return loading.load(); },
        .stopping = stopping,
        .started = started,
        .log_path = options.log_file,
        .published = published_topics(options),
        .tips = tips,
        .dispatcher = *dispatcher,
        .block_limits = options.block_limits,
        .block_signer = [this] { return block_signer(); },
        .save_mempool = [this] { return mempool_file->save(*ledger); },
        .keep_chain_time = [this] { chain_time_file->save(); },
        .keep_bans =
            [this] {
                const std::lock_guard turn(bans_mutex);
                storage::write_atomically(files, file(bans_name), peers->ban_list());
            },
        .indexes = indexes.get(),
        .auto_miner = auto_miner.get(),
        .snapshots = snapshots.get(),
        .cache_bytes = options.chain.cache_bytes,
        .prune_target = options.chain.prune_target,
        .prune_after = options.chain.prune_after,
        .creates_wallet = options.creates_wallet,
        .fee_floor = options.params.is_private ? options.wallet.fallback_fee : FeeRate{},
    });
    dispatcher->open(*services);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - started);
    if (!server) return;
    const auto hint =
        memory ? "" : fmt::format(", try daler-cli {}getblockchaininfo", client_options());
    log::info("Ready after {} ms: JSON-RPC on port {}{}", took.count(), server->port(), hint);
}

Json Node::Impl::ready_report() const {
    Json out = Json::object();
    out.append("version", version);
    out.append("pid", getpid());
    out.append("chain", options.params.name);
    const auto listening = peers->listening();
    out.append("p2p", listening.empty() ? Json() : Json(local_address(listening.front())));
    const auto [user, password] = server ? server->login() : std::pair<std::string, std::string>{};
    out.append("rpc", server ? Json(server->url()) : Json());
    out.append("user", user);
    out.append("password", password);
    const auto& tip = ledger->chain().view()->tip();
    out.append("height", tip.height);
    out.append("tip", tip.hash.to_hex());
    return out;
}

void Node::Impl::import() {
    try {
        for (const auto& path : options.load_blocks)
            if (!stopping) import_file(path);
        if (options.persist_mempool) mempool_file->load(*ledger, stopping);
    } catch (const StorageError& error) {
        log::error("{}", error.what());
    }
    loading = false;
    if (auto_miner && !stopping) auto_miner->start();
    if (options.stop_after_import) request_stop();
}

void Node::Impl::import_file(const std::filesystem::path& path) {
    log::info("Importing blocks from {}", path.string());
    const auto submit = [this](const BlockRef& block, chain::Chainstate::SubmitHandler done) {
        ledger->call([&](ledger::State& state) { state.chain.submit(block, std::move(done)); });
    };
    const auto height = [this](const BlockHash& hash) -> std::optional<Height> {
        const auto* entry = ledger->chain().index().find(hash);
        return entry ? std::optional(entry->height) : std::nullopt;
    };
    (void)chain::import_blocks(path, options.params, submit, height, stopping);
}

void Node::Impl::save(std::string_view what, const std::function<void()>& action) noexcept {
    try {
        action();
    } catch (const std::exception& error) {
        log::error("Cannot save {}: {}", what, error.what());
    }
}

void Node::Impl::stop_wallets() noexcept {
    if (!wallets) return;
    // The wallets call the ledger until they are destroyed, and the ledger calls them. Disconnect
    // the ledger from them first.
    forbid_pruning();
    ledger->remove_observer(*wallet_observer);
    wallets.reset();
}

void Node::Impl::stop_indexes() noexcept {
    // The ledger asks the indexes what it may prune. Disconnect it before they are destroyed.
    if (!index_observer) return;
    forbid_pruning();
    ledger->remove_observer(*index_observer);
    indexes.reset();
}

void Node::Impl::stop() noexcept {
    if (std::exchange(stopped, true)) return;
    stopping = true;
    // The commands may still ask by JSON-RPC.
    if (services) notifications.shut_down();
    tips.interrupt();
    if (wallets) wallets->interrupt();
    if (indexes) indexes->interrupt();
    if (dispatcher) dispatcher->close();
    if (server) {
        server->stop();
        save(config::rpc_port_name, [this] { files.remove(file(config::rpc_port_name)); });
    }
    if (importer.joinable()) importer.join();
    auto_miner.reset();
    if (peers) {
        peers->stop();
        save(peers_name, [this] {
            if (const auto book = peers->address_book(); !book.empty())
                storage::write_atomically(files, file(peers_name), book);
        });
    }
    stop_wallets();
    if (ledger && !failed) save(chain_time_name, [this] { chain_time_file->save(); });
    if (ledger && !failed && !loading && options.persist_mempool)
        save(MempoolFile::name, [this] { mempool_file->save(*ledger); });
    if (fee_estimates && !failed) save(FeeEstimatesFile::name, [this] { fee_estimates->finish(); });
    stop_indexes();
    ledger.reset();
    if (wrote_pid) {
        std::error_code ignored;
        std::filesystem::remove(options.pid_file, ignored);
    }
}

Node::Node(const config::Settings& settings, std::function<void()> request_stop)
    : impl_(std::make_unique<Impl>(settings, std::move(request_stop))) {}

Node::~Node() = default;

Result<void, std::string> Node::start() {
    return impl_->start();
}

void Node::interrupt() {
    impl_->stopping = true;
}

Json Node::ready_report() const {
    return impl_->ready_report();
}

bool Node::healthy() const {
    return !impl_->failed;
}

}  // namespace daler::node
