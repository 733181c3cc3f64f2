#pragma once

#include <daler/sync/peer_service.h>

#include <vector>

namespace daler::rpc::test {

/// A peer service without peers. It records what is announced.
class NoPeers final : public sync::PeerService {
public:
    std::vector<sync::PeerInfo> peers() override { return {}; }
    sync::NetworkTotals totals() override { return {}; }
    std::uint64_t local_services() const override { return 0; }
    std::vector<std::string> local_addresses() override { return {}; }
    std::string user_agent() const override { return "/test/"; }
    bool relays_transactions() const override { return true; }
    Result<void, std::string> add_node(const std::string&) override { return {}; }
    Result<void, std::string> remove_node(const std::string&) override { return {}; }
    void try_node(const std::string&) override {}
    bool connect(const std::string&, sync::ConnectionType) override { return true; }
    std::vector<sync::AddedNode> added_nodes() override { return {}; }
    Result<sync::LinkInfo, std::string> set_link(const std::string&, std::optional<bool>) override {
        return fail(std::string("no peers"));
    }
    std::vector<sync::LinkInfo> links() override { return {}; }
    void ban(const wire::Subnet&, std::optional<BlockTime>) override {}
    bool unban(const wire::Subnet&) override { return false; }
    void clear_bans() override {}
    std::vector<sync::Ban> bans() override { return {}; }
    bool disconnect(const std::string&) override { return false; }
    bool disconnect(std::int64_t) override { return false; }
    bool lacks_blocks() override { return false; }
    Result<void, std::string> fetch_block(std::int64_t, const chain::BlockEntry&) override {
        return fail(std::string("Peer does not exist"));
    }
    bool send_message(std::int64_t, const std::string&, Bytes) override { return false; }
    std::vector<sync::KnownAddress> known_addresses() override { return {}; }
    bool add_address(const wire::Endpoint&, bool) override { return false; }
    void ping() override {}
    void advance_timers(std::chrono::seconds time) override { timers_ahead += time; }
    bool is_network_active() override { return true; }
    void set_network_active(bool) override {}
    void announce(const Txid& txid, const Wtxid&) override { announced.push_back(txid); }

    std::vector<Txid> announced;
    std::chrono::seconds timers_ahead{0};
};

}  // namespace daler::rpc::test
