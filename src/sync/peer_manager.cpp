#include <daler/sync/peer_manager.h>

#include "peer_sessions.h"

#include <daler/util/ensure.h>
#include <daler/util/thread_name.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <future>
#include <thread>

namespace daler::sync {
struct PeerManager::Impl {
    Impl(ledger::Ledger& the_ledger, const Clock& the_clock, ThreadPool& workers,
         SyncOptions options)
        : ledger(the_ledger),
          clock(the_clock),
          user_agent(make_user_agent(options.user_agent_comments)),
          relays(!options.blocks_only),
          services(Handshake::our_services(options)),
          sessions(the_ledger, the_clock, workers, std::move(options), io.get_executor()) {}

    /// Runs `work` on the net thread and waits for its result. Runs it here if there is no net
    /// thread.
    template <class Work>
    auto call(Work work) -> std::invoke_result_t<Work&> {
        using Value = std::invoke_result_t<Work&>;
        if (!running) return work();
        auto promise = std::make_shared<std::promise<Value>>();
        auto future = promise->get_future();
        asio::post(io, [promise, work = std::move(work)]() mutable {
            if constexpr (std::is_void_v<Value>) {
                work();
                promise->set_value();
            } else {
                promise->set_value(work());
            }
        });
        return future.get();
    }

    /// Runs `event` on the net thread later.
    template <class Event>
    void post(Event event) {
        if (accepts_events) asio::post(io, std::move(event));
    }

    ledger::Ledger& ledger;
    const Clock& clock;
    const std::string user_agent;
    const bool relays;
    const std::uint64_t services;
    asio::io_context io;
    PeerSessions sessions;
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> guard;
    std::thread thread;
    std::atomic<bool> running{false};
    std::atomic<bool> accepts_events{false};
};

PeerManager::PeerManager(ledger::Ledger& ledger, Clock& clock, ThreadPool& workers,
                         SyncOptions options)
    : impl_(std::make_unique<Impl>(ledger, clock, workers, std::move(options))) {
    ledger.add_observer(*this);
}

PeerManager::~PeerManager() {
    stop();
}

Result<void, std::string> PeerManager::start() {
    auto& impl = *impl_;
    ensure(!impl.running);
    // From now on events are posted; this call returns the transactions that are already in the
    // mempool.
    auto pool = impl.ledger.call([&impl](ledger::State& state) {
        impl.accepts_events = true;
        std::vector<std::pair<TransactionRef, FeeRate>> out;
        for (auto& tx : state.mempool.transactions()) {
            const auto entry = state.mempool.entry(tx->txid);
            if (entry) out.emplace_back(std::move(tx), FeeRate::of(entry->fee, entry->vsize));
        }
        return out;
    });
    for (const auto& [tx, rate] : pool)
        impl.sessions.transaction_added(tx, rate);
    if (auto started = impl.sessions.start(); !started) {
        impl.accepts_events = false;
        return started;
    }
    impl.guard.emplace(impl.io.get_executor());
    impl.running = true;
    impl.thread = std::thread([&impl] {
        set_thread_name("net");
        impl.io.run();
    });
    return {};
}

void PeerManager::stop() {
    auto& impl = *impl_;
    impl.accepts_events = false;
    if (!impl.thread.joinable()) return;
    impl.call([&impl] { impl.sessions.stop(); });
    impl.guard.reset();
    // The coroutines end now: connections are closed, lookups are cancelled, and the ledger and the
    // workers, which outlive this, still answer.
    impl.thread.join();
    impl.running = false;
    // Run calls that were posted at the last moment.
    impl.io.restart();
    impl.io.poll();
}

Bytes PeerManager::address_book() {
    return impl_->call([this] { return impl_->sessions.address_book().encode(); });
}

Bytes PeerManager::ban_list() {
    return impl_->call([this] { return impl_->sessions.bans().encode(impl_->clock.now()); });
}

std::vector<wire::Endpoint> PeerManager::listening() {
    return impl_->call([this] { return impl_->sessions.connector().listening(); });
}

std::vector<PeerInfo> PeerManager::peers() {
    return impl_->call([this] { return impl_->sessions.peers(); });
}

NetworkTotals PeerManager::totals() {
    return impl_->call([this] { return impl_->sessions.totals(); });
}

std::uint64_t PeerManager::local_services() const {
    return impl_->services;
}

std::vector<std::string> PeerManager::local_addresses() {
    // The addresses that the node announces to peers: none.
    return {};
}

std::string PeerManager::user_agent() const {
    return impl_->user_agent;
}

bool PeerManager::relays_transactions() const {
    return impl_->relays;
}

Result<void, std::string> PeerManager::add_node(const std::string& address) {
    return impl_->call([this, address] { return impl_->sessions.connector().add(address); });
}

Result<void, std::string> PeerManager::remove_node(const std::string& address) {
    return impl_->call([this, address] { return impl_->sessions.connector().remove(address); });
}

void PeerManager::try_node(const std::string& address) {
    impl_->call([this, address] { impl_->sessions.connector().try_once(address); });
}

bool PeerManager::connect(const std::string& address, ConnectionType type) {
    return impl_->call(
        [this, address, type] { return impl_->sessions.connector().connect(address, type); });
}

std::vector<AddedNode> PeerManager::added_nodes() {
    return impl_->call([this] { return impl_->sessions.connector().added(); });
}

Result<LinkInfo, std::string> PeerManager::set_link(const std::string& peer,
                                                    std::optional<bool> up) {
    return impl_->call([this, peer, up] { return impl_->sessions.set_link(peer, up); });
}

std::vector<LinkInfo> PeerManager::links() {
    return impl_->call([this] { return impl_->sessions.links(); });
}

void PeerManager::ban(const wire::Subnet& subnet, std::optional<BlockTime> until) {
    impl_->call([this, subnet, until] { impl_->sessions.ban(subnet, until); });
}

bool PeerManager::unban(const wire::Subnet& subnet) {
    return impl_->call([this, subnet] { return impl_->sessions.bans().remove(subnet); });
}

void PeerManager::clear_bans() {
    impl_->call([this] { impl_->sessions.bans().clear(); });
}

std::vector<Ban> PeerManager::bans() {
    return impl_->call([this] { return impl_->sessions.bans().list(impl_->clock.now()); });
}

bool PeerManager::disconnect(const std::string& address) {
    return impl_->call([this, address] { return impl_->sessions.disconnect(address); });
}

bool PeerManager::disconnect(std::int64_t id) {
    return impl_->call([this, id] { return impl_->sessions.disconnect(id); });
}

bool PeerManager::lacks_blocks() {
    return impl_->sessions.lacks_blocks();  // an atomic: it is read often
}

Result<void, std::string> PeerManager::fetch_block(std::int64_t peer,
                                                   const chain::BlockEntry& entry) {
    return impl_->call([this, peer, &entry] { return impl_->sessions.fetch_block(peer, entry); });
}

bool PeerManager::send_message(std::int64_t peer, const std::string& command, Bytes payload) {
    return impl_->call(
        [&, this] { return impl_->sessions.send_message(peer, command, std::move(payload)); });
}

std::vector<KnownAddress> PeerManager::known_addresses() {
    return impl_->call([this] { return impl_->sessions.address_book().all(impl_->clock.now()); });
}

bool PeerManager::add_address(const wire::Endpoint& address, bool has_worked) {
    return impl_->call([this, address, has_worked] {
        return impl_->sessions.address_book().add_own(address, has_worked, impl_->clock.now());
    });
}

void PeerManager::ping() {
    impl_->call([this] { impl_->sessions.ping(); });
}

void PeerManager::advance_timers(std::chrono::seconds time) {
    impl_->call([this, time] { impl_->sessions.advance_timers(time); });
}

bool PeerManager::is_network_active() {
    return impl_->call([this] { return impl_->sessions.connector().is_active(); });
}

void PeerManager::set_network_active(bool active) {
    impl_->call([this, active] { impl_->sessions.connector().set_active(active); });
}

void PeerManager::announce(const Txid& txid, const Wtxid& wtxid) {
    impl_->post([this, txid, wtxid] { impl_->sessions.transactions().announce(txid, wtxid); });
}

// Events of the ledger, on its thread.

void PeerManager::block_connected(const chain::BlockEntry& entry, const BlockRef& block) {
    impl_->post([this, &entry, block] { impl_->sessions.block_connected(entry, block); });
}

void PeerManager::block_disconnected(const chain::BlockEntry&, const BlockRef& block) {
    impl_->post([this, block] { impl_->sessions.block_disconnected(block); });
}

void PeerManager::block_refused(const chain::BlockEntry& entry,
                                const consensus::Rejection& rejection) {
    impl_->post([this, &entry, rejection] { impl_->sessions.block_refused(entry, rejection); });
}

void PeerManager::tip_changed(const std::shared_ptr<const chain::ChainView>& view) {
    impl_->post([this, view] { impl_->sessions.tip_changed(view); });
}

void PeerManager::blocks_forgotten(const std::vector<const chain::BlockEntry*>&) {
    impl_->post([this] { impl_->sessions.blocks_forgotten(); });
}

void PeerManager::transaction_added(const TransactionRef& tx, Amount fee, std::int64_t vsize,
                                    std::uint64_t) {
    if (!impl_->accepts_events) return;
    const auto rate = FeeRate::of(fee, vsize);
    impl_->post([this, tx, rate] { impl_->sessions.transaction_added(tx, rate); });
}

void PeerManager::transaction_removed(const TransactionRef& tx, mempool::RemovalReason reason,
                                      std::uint64_t) {
    // block_connected covers these.
    if (reason == mempool::RemovalReason::block) return;
    impl_->post([this, tx] { impl_->sessions.transaction_removed(tx); });
}

}  // namespace daler::sync
