#pragma once

#include <daler/crypto/hash.h>
#include <daler/mining/mining.h>
#include <daler/primitives/chain_params.h>
#include <daler/sync/peer_manager.h>
#include <test.h>

#include <thread>

namespace daler::sync::test {

/// Waits until `fact` holds; fails the test after 20 seconds.
template <class Fact>
void eventually(Fact fact) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!fact()) {
        REQUIRE(std::chrono::steady_clock::now() < deadline);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

/// The output script of coins that anyone can spend, and that is standard: P2WSH of OP_TRUE.
inline Script anyone_can_spend() {
    const Bytes op_true{0x51};
    const auto program = crypto::sha256(op_true);
    Bytes script{0x00, 0x20};
    script.insert(script.end(), program.begin(), program.end());
    return Script(script);
}

/// Regtest with the delays of public chains.
inline ChainParams strict_params() {
    auto params = regtest_params();
    params.is_private = false;
    return params;
}

/// A whole node in memory, without wallet and RPC, that listens on loopback.
class Node {
public:
    explicit Node(SyncOptions options = {}) : Node(regtest_params(), std::move(options)) {}
    Node(ChainParams chain_params, SyncOptions options, const mempool::Limits& limits = {})
        : params(std::move(chain_params)) {
        ledger::Ledger::Options ledger_options;
        ledger_options.limits = limits;
        ledger_options.chain.in_memory = true;
        ledger_ = std::make_unique<ledger::Ledger>(params, ledger_options, clock, workers, nullptr);
        options.binds = {{"127.0.0.1", 0}};
        peers_ = std::make_unique<PeerManager>(*ledger_, clock, workers, std::move(options));
        const auto started = peers_->start();
        REQUIRE(started);
    }
    ~Node() {
        peers_->stop();
        ledger_.reset();
    }

    [[nodiscard]] std::string address() const { return peers_->listening().at(0).to_text(); }
    [[nodiscard]] std::uint16_t port() const { return peers_->listening().at(0).port; }
    [[nodiscard]] Height height() const { return ledger_->view()->height(); }
    [[nodiscard]] BlockHash tip() const { return ledger_->view()->tip().hash; }
    [[nodiscard]] ledger::Ledger& ledger() const { return *ledger_; }
    [[nodiscard]] PeerManager& peers() const { return *peers_; }

    [[nodiscard]] BlockRef block(Height height) const {
        return ledger_->chain().read_block(*ledger_->view()->at(height));
    }
    /// Returns when the net thread has handled the ledger's events so far.
    void settle() const {
        for (int i = 0; i < 2; ++i)
            ledger_->call([](ledger::State&) { return true; });
        (void)peers_->peers();
    }

    std::vector<BlockHash> mine(int count, const Script& script = anyone_can_spend()) const {
        std::atomic<bool> stop{false};
        mining::TemplateOptions options;
        options.coinbase_script = script;
        const auto mined =
            mining::generate(*ledger_, clock, {.count = count, .block = options}, stop);
        REQUIRE(mined);
        return *mined;
    }

    /// Connects to `other` and waits until both are done with the handshake.
    void connect_to(const Node& other) const {
        const auto before = ready_peers();
        const auto before_there = other.ready_peers();
        REQUIRE(peers_->add_node(other.address()));
        eventually([&] { return ready_peers() > before && other.ready_peers() > before_there; });
    }

    [[nodiscard]] std::size_t ready_peers() const {
        const auto all = peers_->peers();
        return static_cast<std::size_t>(std::ranges::count_if(all, [](const PeerInfo& peer) {
            return peer.bytes_received_per_message.contains("verack");
        }));
    }

    [[nodiscard]] bool has(const TransactionRef& tx) const {
        return ledger_->call(
            [&](ledger::State& state) { return state.mempool.contains(tx->txid); });
    }
    [[nodiscard]] mempool::AcceptResult accept(const TransactionRef& tx) const {
        return ledger_->call([&](ledger::State& state) { return state.accept(tx); });
    }

    /// A payment that spends the coinbase of the block at `height`, for `fee`.
    [[nodiscard]] TransactionRef spend_coinbase(Height height, std::int64_t fee = 10'000) const {
        const auto block = ledger_->chain().read_block(*ledger_->view()->at(height));
        return spend(*block->transactions.at(0), fee);
    }
    [[nodiscard]] static TransactionRef spend(const SealedTransaction& from,
                                              std::int64_t fee = 10'000) {
        Transaction tx;
        TxInput input;
        input.prevout = {from.txid, 0};
        input.witness = {Bytes{0x51}};
        tx.inputs.push_back(input);
        tx.outputs.push_back({from.outputs.at(0).value - Amount{fee}, anyone_can_spend()});
        return seal(std::move(tx));
    }

    ChainParams params;
    mutable Clock clock;
    ThreadPool workers{1};

private:
    std::unique_ptr<PeerManager> peers_;  // gets events until the ledger is destroyed
    std::unique_ptr<ledger::Ledger> ledger_;
};

}  // namespace daler::sync::test
