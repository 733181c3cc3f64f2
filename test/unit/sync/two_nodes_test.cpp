#include "node.h"

using namespace daler;
using namespace daler::sync;
using namespace daler::sync::test;

TEST_CASE("a new node syncs a chain of 200 blocks", "[sync]") {
    Node a;
    a.mine(200);
    Node b;
    b.connect_to(a);
    eventually([&] { return b.tip() == a.tip(); });
    CHECK(b.height() == 200);
}

TEST_CASE("a chain longer than one headers message is synced completely", "[sync]") {
    Node a;
    a.mine(2'100);
    Node b;
    b.connect_to(a);
    eventually([&] { return b.tip() == a.tip(); });
}

TEST_CASE("a new block reaches all nodes of a line, whichever side it comes from", "[sync]") {
    Node a;
    Node b;
    Node c;
    a.connect_to(b);
    b.connect_to(c);
    a.mine(1);
    eventually([&] { return b.tip() == a.tip() && c.tip() == a.tip(); });
    c.mine(3);
    eventually([&] { return a.tip() == c.tip() && b.tip() == c.tip(); });
    CHECK(a.height() == 4);
}

TEST_CASE("nodes that meet agree on the chain with more work", "[sync]") {
    Node a;
    Node b;
    a.mine(5);
    b.mine(8, Script(Bytes{0x51}));
    a.connect_to(b);
    eventually([&] { return a.tip() == b.tip(); });
    CHECK(a.height() == 8);
}

TEST_CASE("a block from the future is refused without punishment and taken when its time comes",
          "[sync]") {
    Node a;
    Node b;
    a.mine(2);
    b.connect_to(a);
    eventually([&] { return b.tip() == a.tip(); });
    const auto week = std::chrono::hours(7 * 24);
    a.clock.set_chain_time(a.clock.chain_now() + week);
    a.mine(2);
    CHECK(b.ready_peers() == 1);
    b.settle();
    CHECK(b.height() == 2);
    b.clock.set_chain_time(b.clock.chain_now() + week);
    eventually([&] { return b.tip() == a.tip(); });
    CHECK(b.height() == 4);
    CHECK(b.ready_peers() == 1);
}

TEST_CASE("a reorganisation on one side is followed by the other", "[sync]") {
    Node a;
    Node b;
    a.mine(10);
    b.connect_to(a);
    eventually([&] { return b.tip() == a.tip(); });
    const auto hash = a.ledger().view()->at(7)->hash;
    a.ledger().call([&](ledger::State& state) { state.chain.invalidate(hash); });
    CHECK(a.height() == 6);
    a.mine(5, Script(Bytes{0x51}));
    eventually([&] { return b.tip() == a.tip(); });
    CHECK(b.height() == 11);
}

TEST_CASE("a transaction reaches all nodes and leaves their mempools with its block", "[sync]") {
    Node a;
    Node b;
    Node c;
    a.mine(101);
    b.connect_to(a);
    c.connect_to(b);
    eventually([&] { return c.tip() == a.tip() && b.tip() == a.tip(); });
    const auto tx = a.spend_coinbase(1);
    REQUIRE(a.accept(tx));
    eventually([&] { return b.has(tx) && c.has(tx); });
    c.mine(1);
    eventually([&] { return a.tip() == c.tip() && b.tip() == c.tip(); });
    CHECK_FALSE(a.has(tx));
    CHECK_FALSE(b.has(tx));
    CHECK_FALSE(c.has(tx));
}

TEST_CASE("a chain of unconfirmed transactions arrives completely", "[sync]") {
    Node a;
    Node b;
    a.mine(101);
    b.connect_to(a);
    eventually([&] { return b.tip() == a.tip(); });
    auto tx = a.spend_coinbase(1);
    for (int i = 0; i < 20; ++i) {
        REQUIRE(a.accept(tx));
        if (i < 19) tx = Node::spend(*tx);
    }
    eventually([&] { return b.has(tx); });
}

TEST_CASE("a transaction from before the first connection is announced to the first peer",
          "[sync]") {
    Node a;
    a.mine(101);
    const auto tx = a.spend_coinbase(1);
    REQUIRE(a.accept(tx));
    a.ledger().call([&](ledger::State& state) { state.mempool.add_unbroadcast(tx->txid); });
    Node b;
    b.connect_to(a);
    // It first downloads the blocks with the coins that the transaction spends.
    eventually([&] { return b.has(tx); });
    eventually([&] {
        return a.ledger().call(
            [&](ledger::State& state) { return state.mempool.unbroadcast().empty(); });
    });
}

TEST_CASE("an added node is connected to again after a disconnect", "[sync]") {
    Node a;
    Node b;
    b.connect_to(a);
    CHECK(b.peers().added_nodes().at(0).connected);
    REQUIRE(a.peers().disconnect(a.peers().peers().at(0).id));
    eventually([&] { return a.peers().peers().empty(); });
    eventually([&] { return a.ready_peers() == 1 && b.ready_peers() == 1; });
    CHECK(b.peers().peers().at(0).id == 1);
    CHECK(b.peers().peers().at(0).connection_type == ConnectionType::manual);
    CHECK(a.peers().peers().at(0).connection_type == ConnectionType::inbound);
}

TEST_CASE("nodes are added and removed by name, each once", "[sync]") {
    Node a;
    REQUIRE(a.peers().add_node("127.0.0.1:1"));
    CHECK(a.peers().add_node("127.0.0.1:1").error() == "Error: Node already added");
    CHECK(a.peers().added_nodes().size() == 1);
    CHECK_FALSE(a.peers().added_nodes().at(0).connected);
    REQUIRE(a.peers().remove_node("127.0.0.1:1"));
    CHECK(a.peers().remove_node("127.0.0.1:1").error() ==
          "Error: Node could not be removed. It has not been added previously.");
    CHECK_FALSE(a.peers().add_node("host:port"));
}

TEST_CASE("a node does not connect to itself", "[sync]") {
    Node a;
    a.peers().try_node(a.address());
    eventually([&] { return a.peers().totals().bytes_received > 0; });
    eventually([&] { return a.peers().peers().empty(); });
}

TEST_CASE("switching the network off disconnects all peers, switching it on connects them again",
          "[sync]") {
    Node a;
    Node b;
    b.connect_to(a);
    b.peers().set_network_active(false);
    CHECK_FALSE(b.peers().is_network_active());
    eventually([&] { return a.peers().peers().empty() && b.peers().peers().empty(); });
    b.peers().try_node(a.address());
    CHECK(b.peers().peers().empty());
    b.peers().set_network_active(true);
    eventually([&] { return b.ready_peers() == 1; });
}

TEST_CASE("the description of a peer is correct", "[sync]") {
    SyncOptions options;
    options.user_agent_comments = {"one", "two"};
    Node a(options);
    Node b;
    b.connect_to(a);
    const auto all = b.peers().peers();
    REQUIRE(all.size() == 1);
    const auto& peer = all[0];
    CHECK(peer.address == a.address());
    CHECK(peer.user_agent == "/Satoshi:28.1.0/daler:0.1.0(one; two)/");
    CHECK(peer.version == 70016);
    CHECK(peer.services == 0x409);
    CHECK(peer.relays_transactions);
    CHECK_FALSE(peer.inbound);
    CHECK(peer.starting_height == 0);
    CHECK(peer.network == "not_publicly_routable");
    CHECK(peer.bytes_received_per_message.at("version") == 24 + 85 + 38 + 1);
    eventually([&] { return b.peers().peers().at(0).ping_seconds >= 0; });
    eventually([&] { return b.peers().peers().at(0).min_fee_filter == Amount{1000}; });
}

TEST_CASE("a port in use is an error at the start", "[sync]") {
    Node a;
    SyncOptions options;
    ledger::Ledger::Options ledger_options;
    ledger_options.chain.in_memory = true;
    Clock clock;
    ThreadPool workers(0);
    const auto params = regtest_params();
    options.binds = {{"127.0.0.1", a.port()}};
    std::unique_ptr<PeerManager> peers;
    ledger::Ledger ledger(params, ledger_options, clock, workers, nullptr);
    peers = std::make_unique<PeerManager>(ledger, clock, workers, options);
    const auto started = peers->start();
    REQUIRE_FALSE(started);
    CHECK(started.error().find(a.address()) != std::string::npos);
}

TEST_CASE("a node that is behind on a public chain announces no blocks and no transactions",
          "[sync]") {
    Node a(strict_params(), {});
    Node b(strict_params(), {});
    b.connect_to(a);
    // Genesis is years old: so a strict node is catching up.
    CHECK(b.peers().peers().at(0).min_fee_filter != Amount{1000});
}

TEST_CASE("a link that is cut on the side that was connected to comes back when it is restored",
          "[sync]") {
    Node a;
    Node b;
    a.connect_to(b);
    const auto cut = b.peers().set_link(a.address(), false);
    REQUIRE(cut);
    CHECK((!cut->up && !cut->connected && cut->inbound && !cut->outbound));
    CHECK(cut->address == a.address());
    eventually([&] { return a.ready_peers() == 0 && b.ready_peers() == 0; });
    a.mine(1);
    a.settle();
    CHECK(b.height() == 0);
    const auto links = b.peers().links();
    REQUIRE(links.size() == 1);
    CHECK_FALSE(links[0].up);
    CHECK(b.peers().set_link(a.address(), std::nullopt)->up == false);
    CHECK(b.peers().set_link(a.address(), true)->up);
    eventually([&] { return a.ready_peers() == 1 && b.tip() == a.tip(); });
    CHECK_FALSE(b.peers().set_link("127.0.0.1:1", false));
}
