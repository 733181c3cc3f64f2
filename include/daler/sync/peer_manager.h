#pragma once

#include <daler/ledger/ledger.h>
#include <daler/sync/options.h>
#include <daler/sync/peer_service.h>

#include <memory>

namespace daler::sync {

/// The peer-to-peer protocol. Owns the net thread. Lifetime: construct the ledger, construct this,
/// `start`; at the end `stop` this, destroy the ledger, destroy this (the ledger may report events
/// until it is destroyed).
class PeerManager final : public PeerService, public ledger::LedgerObserver {
public:
    /// Adds itself to the ledger's observers. All arguments must outlive `stop`.
    PeerManager(ledger::Ledger& ledger, Clock& clock, ThreadPool& workers, SyncOptions options);
    ~PeerManager() override;

    /// Listens and begins to connect. The error is one line for the user, such as a port in use;
    /// then nothing runs.
    [[nodiscard]] Result<void, std::string> start();
    /// Closes all connections and ends the thread. A second call does nothing.
    void stop();

    /// The current contents of peers.dat.
    [[nodiscard]] Bytes address_book();
    /// The current contents of banlist.json.
    [[nodiscard]] Bytes ban_list();
    /// The addresses that the node listens on, with real port numbers.
    [[nodiscard]] std::vector<wire::Endpoint> listening();

    // PeerService: any thread but net and ledger.
    std::vector<PeerInfo> peers() override;
    NetworkTotals totals() override;
    std::uint64_t local_services() const override;
    std::vector<std::string> local_addresses() override;
    std::string user_agent() const override;
    bool relays_transactions() const override;
    Result<void, std::string> add_node(const std::string& address) override;
    Result<void, std::string> remove_node(const std::string& address) override;
    void try_node(const std::string& address) override;
    bool connect(const std::string& address, ConnectionType type) override;
    std::vector<AddedNode> added_nodes() override;
    Result<LinkInfo, std::string> set_link(const std::string& peer,
                                           std::optional<bool> up) override;
    std::vector<LinkInfo> links() override;
    void ban(const wire::Subnet& subnet, std::optional<BlockTime> until) override;
    bool unban(const wire::Subnet& subnet) override;
    void clear_bans() override;
    std::vector<Ban> bans() override;
    bool disconnect(const std::string& address) override;
    bool disconnect(std::int64_t id) override;
    [[nodiscard]] bool lacks_blocks() override;
    Result<void, std::string> fetch_block(std::int64_t peer,
                                          const chain::BlockEntry& entry) override;
    bool send_message(std::int64_t peer, const std::string& command, Bytes payload) override;
    std::vector<KnownAddress> known_addresses() override;
    bool add_address(const wire::Endpoint& address, bool has_worked) override;
    void ping() override;
    void advance_timers(std::chrono::seconds time) override;
    bool is_network_active() override;
    void set_network_active(bool active) override;
    void announce(const Txid& txid, const Wtxid& wtxid) override;

    // ledger::LedgerObserver: ledger thread.
    void block_connected(const chain::BlockEntry& entry, const BlockRef& block) override;
    void block_disconnected(const chain::BlockEntry& entry, const BlockRef& block) override;
    void block_refused(const chain::BlockEntry& entry,
                       const consensus::Rejection& rejection) override;
    void tip_changed(const std::shared_ptr<const chain::ChainView>& view) override;
    void blocks_forgotten(const std::vector<const chain::BlockEntry*>& entries) override;
    void transaction_added(const TransactionRef& tx, Amount fee, std::int64_t vsize,
                           std::uint64_t) override;
    void transaction_removed(const TransactionRef& tx, mempool::RemovalReason reason,
                             std::uint64_t) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace daler::sync
