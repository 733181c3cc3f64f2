#include "raw_peer.h"

#include <daler/consensus/header_rules.h>
#include <sync/address_book.h>

using namespace daler;
using namespace daler::sync;
using namespace daler::sync::test;
using namespace std::chrono_literals;
namespace limits = wire::limits;

namespace {

/// A header on top of `previous`, with or without proof of work.
BlockHeader make_header(const BlockHeader& previous, const ChainParams& params,
                        bool with_work = true) {
    BlockHeader header = previous;
    header.previous = previous.hash();
    ++header.time;
    header.version = 0x20000000;
    while (consensus::has_proof_of_work(header.hash(), header.bits, params) != with_work)
        ++header.nonce;
    return header;
}

/// A block that could be the next one of the node, but is not known to it.
BlockRef unknown_block(const Node& node) {
    mining::TemplateOptions options;
    options.coinbase_script = anyone_can_spend();
    auto made = node.ledger().call(
        [&](ledger::State& state) { return mining::make_template(state, options); });
    std::uint64_t tries = 1'000'000;
    const std::atomic<bool> stop{false};
    REQUIRE(mining::solve(made.block.header, node.params, tries, stop));
    return std::make_shared<const Block>(std::move(made.block));
}

}  // namespace

TEST_CASE("garbage ends one connection and does not affect others", "[sync]") {
    Node node;
    RawPeer good(node);
    good.shake_hands();
    RawPeer bad(node);
    SECTION("bytes that no chain uses") {
        bad.write_raw(Bytes(100, 0xee));
    }
    SECTION("a message that announces too much") {
        auto bytes = bad.frame("version", {});
        bytes[16] = bytes[17] = bytes[18] = bytes[19] = 0xff;
        bad.write_raw(bytes);
    }
    SECTION("another chain's magic") {
        auto bytes = bad.frame("version", wire::encode(RawPeer::version_message()));
        bytes[0] ^= 1;
        bad.write_raw(bytes);
    }
    CHECK(bad.is_disconnected());
    CHECK(good.is_answered());
}

TEST_CASE("a message with a bad checksum is dropped alone", "[sync]") {
    Node node;
    RawPeer peer(node);
    peer.shake_hands();
    auto bytes = peer.frame("ping", Bytes(8, 1));
    bytes.back() ^= 1;
    peer.write_raw(bytes);
    peer.send(wire::Ping{77});
    CHECK(peer.wait_for<wire::Pong>()->nonce == 77);
}

TEST_CASE("nothing is answered before the handshake is done", "[sync]") {
    Node node;
    RawPeer peer(node);
    peer.send(wire::Ping{1});
    peer.send(wire::GetHeaders{70016, {BlockHash{}}, {}});
    peer.send(RawPeer::version_message());
    peer.send(wire::Ping{2});
    // Only the messages of the handshake come.
    CHECK(std::holds_alternative<wire::Version>(peer.receive().value()));
    CHECK(std::holds_alternative<wire::WtxidRelay>(peer.receive().value()));
    CHECK(std::holds_alternative<wire::SendAddrV2>(peer.receive().value()));
    CHECK(std::holds_alternative<wire::Verack>(peer.receive().value()));
    peer.send(wire::Verack{});
    peer.send(wire::Ping{3});
    CHECK(peer.wait_for<wire::Pong>()->nonce == 3);
}

TEST_CASE("a second version message changes nothing", "[sync]") {
    Node node;
    RawPeer peer(node);
    peer.shake_hands();
    auto again = RawPeer::version_message();
    again.user_agent = "/another/";
    peer.send(again);
    CHECK(peer.is_answered());
    CHECK(node.peers().peers().at(0).user_agent == "/stranger/");
}

TEST_CASE("versions before 31800 are refused", "[sync]") {
    Node node;
    auto version = RawPeer::version_message();
    version.version = 31799;
    RawPeer old(node);
    old.send(version);
    CHECK(old.is_disconnected());
    version.version = 31800;
    RawPeer just(node);
    just.send(version);
    CHECK(just.wait_for<wire::Verack>());
}

TEST_CASE("features must be negotiated before verack", "[sync]") {
    Node node;
    RawPeer peer(node);
    peer.shake_hands();
    SECTION("wtxidrelay") {
        peer.send(wire::WtxidRelay{});
    }
    SECTION("sendaddrv2") {
        peer.send(wire::SendAddrV2{});
    }
    CHECK(peer.is_disconnected());
}

TEST_CASE("a handshake may take a bounded time of the node's clock", "[sync][limits]") {
    Node node;
    const auto now = node.clock.now();
    node.clock.set_mock_time(now);
    RawPeer peer(node);
    eventually([&] { return node.peers().peers().size() == 1; });
    node.clock.set_mock_time(now + limits::handshake_timeout - 1s);
    node.peers().advance_timers(0s);
    CHECK(node.peers().peers().size() == 1);
    node.clock.set_mock_time(now + limits::handshake_timeout);
    CHECK(peer.is_disconnected());
}

TEST_CASE("a peer that does not answer pings for long is disconnected", "[sync][limits]") {
    Node node;
    const auto now = node.clock.now();
    node.clock.set_mock_time(now);
    RawPeer peer(node);
    peer.shake_hands();
    REQUIRE(peer.is_answered());
    node.clock.set_mock_time(now + limits::ping_timeout - 1s);
    node.peers().advance_timers(0s);
    REQUIRE(peer.is_answered());
    node.clock.set_mock_time(now + limits::ping_timeout);
    CHECK(peer.is_disconnected());
}

TEST_CASE("lists longer than the protocol allows end the connection", "[sync][limits]") {
    Node node;
    RawPeer peer(node);
    peer.shake_hands();
    wire::Inventory message;
    message.items.resize(limits::inventory_items, {wire::InventoryType::block, {}});
    peer.send(message);
    CHECK(peer.is_answered());
    message.items.resize(limits::inventory_items + 1, {wire::InventoryType::block, {}});
    peer.send(message);
    CHECK(peer.is_disconnected());
}

TEST_CASE("headers without work or order end the connection", "[sync]") {
    Node node;
    RawPeer peer(node);
    peer.shake_hands();
    const auto& genesis = node.params.genesis->header;
    wire::Headers message;
    SECTION("no work") {
        message.headers = {make_header(genesis, node.params, false)};
    }
    SECTION("no order") {
        const auto first = make_header(genesis, node.params);
        message.headers = {first, make_header(genesis, node.params), first};
    }
    peer.send(message);
    CHECK(peer.is_disconnected());
    CHECK(node.ledger().chain().index().size() == 1);
}

TEST_CASE("headers that connect to nothing are answered with getheaders, a few times",
          "[sync][limits]") {
    Node node(strict_params(), {});
    RawPeer peer(node);
    peer.shake_hands();
    auto strange = node.params.genesis->header;
    strange.time += 1;
    const wire::Headers message{{make_header(strange, node.params)}};
    for (int i = 0; i < limits::unconnected_headers; ++i) {
        peer.send(message);
        CHECK(peer.wait_for<wire::GetHeaders>());
    }
    peer.send(message);
    peer.send(wire::Ping{99});
    CHECK(std::holds_alternative<wire::Pong>(peer.receive().value()));
}

TEST_CASE("a peer whose headers always begin above the same unknown block runs another chain",
          "[sync]") {
    Node node;
    RawPeer peer(node);
    peer.shake_hands();
    auto strange = node.params.genesis->header;
    strange.time += 1;
    const wire::Headers message{{make_header(strange, node.params)}};
    const wire::Headers other{{make_header(message.headers[0], node.params)}};
    for (const auto& each : {message, message, other, message, message}) {
        peer.send(each);
        CHECK(peer.wait_for<wire::GetHeaders>());
    }
    peer.send(message);
    CHECK(peer.is_disconnected());
}

TEST_CASE("a pong says that the blocks before the ping are checked", "[sync]") {
    Node node;
    node.mine(3);
    RawPeer peer(node);
    peer.shake_hands();
    peer.send(wire::BlockMessage{unknown_block(node)});
    CHECK(peer.is_answered());
    CHECK(node.height() == 4);
}

TEST_CASE("blocks that follow each other are accepted together, one without a parent is not",
          "[sync]") {
    Node other;
    other.mine(10);
    Node node;
    RawPeer peer(node);
    peer.shake_hands();
    for (Height i = 1; i <= 9; ++i) {
        const auto& entry = *other.ledger().view()->at(i);
        peer.send(wire::BlockMessage{other.ledger().chain().read_block(entry)});
    }
    CHECK(peer.is_answered());
    CHECK(node.height() == 9);
    Node fresh;
    RawPeer loner(fresh);
    loner.shake_hands();
    loner.send(wire::BlockMessage{other.ledger().chain().read_block(other.ledger().view()->tip())});
    CHECK(loner.is_disconnected());
}

TEST_CASE("a fork sent block by block is followed once it has more work", "[sync]") {
    Node other;
    other.mine(8, Script(Bytes{0x51}));
    Node node;
    node.mine(5);
    RawPeer peer(node);
    peer.shake_hands();
    for (Height i = 1; i <= 8; ++i) {
        const auto& entry = *other.ledger().view()->at(i);
        peer.send(wire::BlockMessage{other.ledger().chain().read_block(entry)});
    }
    // The blocks with less work than the tip were dropped; now they are requested.
    const auto asked = peer.wait_for<wire::GetData>();
    REQUIRE(asked);
    for (const auto& item : asked->items) {
        const auto* entry = other.ledger().chain().index().find(item.hash.as<BlockHash>());
        peer.send(wire::BlockMessage{other.ledger().chain().read_block(*entry)});
    }
    eventually([&] { return node.tip() == other.tip(); });
}

TEST_CASE("timers can be moved without moving the clock", "[sync]") {
    Node node;
    RawPeer peer(node);
    peer.shake_hands();
    // Each connection begins with a ping, which this peer does not answer.
    node.peers().advance_timers(limits::ping_timeout - 5min);
    CHECK(peer.is_answered());
    node.peers().advance_timers(5min);
    CHECK(peer.is_disconnected());
}

TEST_CASE("blocks and headers are served unchanged", "[sync]") {
    Node node;
    const auto hashes = node.mine(5);
    RawPeer peer(node);
    peer.shake_hands();

    peer.send(wire::GetHeaders{70016, {node.params.genesis_hash}, {}});
    const auto headers = peer.wait_for<wire::Headers>();
    REQUIRE(headers);
    REQUIRE(headers->headers.size() == 5);
    CHECK(headers->headers.back().hash() == node.tip());

    const auto stored = node.ledger().chain().read_block_bytes(node.ledger().view()->tip());
    const auto hash = node.tip().as<Hash256>();
    peer.send(wire::GetData{{{wire::InventoryType::witness_block, hash}}});
    REQUIRE(peer.wait_for<wire::BlockMessage>());
    CHECK(peer.payload == stored);
    peer.send(wire::GetData{{{wire::InventoryType::block, hash}}});
    const auto stripped = peer.wait_for<wire::BlockMessage>();
    REQUIRE(stripped);
    CHECK(peer.payload.size() < stored.size());
    CHECK(stripped->block->header.hash() == node.tip());

    Hash256 unknown;
    unknown.bytes.fill(7);
    peer.send(wire::GetData{{{wire::InventoryType::witness_block, unknown}}});
    CHECK(peer.wait_for<wire::NotFound>()->items.at(0).hash == unknown);

    peer.send(wire::GetBlocks{70016, {node.params.genesis_hash}, {}});
    CHECK(peer.wait_for<wire::Inventory>()->items.size() == 5);
}

TEST_CASE("a mutated block ends the connection, the good one is accepted from another peer",
          "[sync]") {
    Node node;
    node.mine(1);
    const auto good = unknown_block(node);
    auto bad = *good;
    bad.transactions.push_back(bad.transactions[0]);  // the same merkle root (CVE-2012-2459)
    RawPeer bad_peer(node);
    bad_peer.shake_hands();
    bad_peer.send(wire::BlockMessage{std::make_shared<const Block>(bad)});
    CHECK(bad_peer.is_disconnected());
    CHECK(node.height() == 1);
    RawPeer honest(node);
    honest.shake_hands();
    honest.send(wire::BlockMessage{good});
    CHECK(honest.is_answered());
    CHECK(node.height() == 2);
}

TEST_CASE("an invalid block ends the connection and stays invalid", "[sync]") {
    Node node;
    node.mine(1);
    auto block = *unknown_block(node);
    Transaction coinbase = *block.transactions[0];
    coinbase.outputs[0].value += Amount{1};
    block.transactions[0] = seal(coinbase);
    mining::finish_block(block, 2, node.params);
    std::uint64_t tries = 1'000'000;
    const std::atomic<bool> stop{false};
    REQUIRE(mining::solve(block.header, node.params, tries, stop));
    RawPeer peer(node);
    peer.shake_hands();
    peer.send(wire::BlockMessage{std::make_shared<const Block>(block)});
    CHECK(peer.is_disconnected());
    CHECK(node.height() == 1);
    CHECK(node.ledger().chain().index().find(block.header.hash())->is_failed());
}

TEST_CASE("a peer that announces blocks and sends none does not delay others", "[sync]") {
    Node source;
    source.mine(20);
    Node node;
    const auto now = node.clock.now();
    node.clock.set_mock_time(now);
    RawPeer silent(node);
    silent.shake_hands();
    wire::Headers headers;
    for (Height i = 1; i <= 20; ++i)
        headers.headers.push_back(source.ledger().view()->at(i)->header);
    silent.send(headers);
    CHECK(silent.wait_for<wire::GetData>()->items.size() == limits::blocks_in_flight);
    node.connect_to(source);
    node.clock.set_mock_time(now + 3s);
    eventually([&] { return node.tip() == source.tip(); });
}

TEST_CASE("an orphan waits for its parent", "[sync]") {
    Node node;
    node.mine(101);
    RawPeer peer(node);
    peer.shake_hands();
    const auto parent = node.spend_coinbase(1);
    const auto child = Node::spend(*parent);
    peer.send(wire::TransactionMessage{child});
    const auto asked = peer.wait_for<wire::GetData>();
    REQUIRE(asked);
    CHECK(asked->items.at(0).hash == parent->txid.as<Hash256>());
    CHECK_FALSE(node.has(child));
    peer.send(wire::TransactionMessage{parent});
    CHECK(peer.is_answered());
    CHECK(node.has(parent));
    CHECK(node.has(child));
}

TEST_CASE("an invalid transaction ends the connection", "[sync]") {
    Node node;
    node.mine(101);
    RawPeer peer(node);
    peer.shake_hands();
    Transaction tx = *node.spend_coinbase(1);
    tx.outputs[0].value = Amount{-1};
    peer.send(wire::TransactionMessage{seal(tx)});
    CHECK(peer.is_disconnected());
}

TEST_CASE("transactions are announced by the id that the peer wants and sent on request",
          "[sync]") {
    Node node;
    node.mine(101);
    RawPeer peer(node);
    const bool by_wtxid = GENERATE(true, false);
    peer.send(RawPeer::version_message());
    if (by_wtxid) peer.send(wire::WtxidRelay{});
    REQUIRE(peer.wait_for<wire::Verack>());
    peer.send(wire::Verack{});
    REQUIRE(peer.is_answered());
    const auto tx = node.spend_coinbase(1);
    REQUIRE(node.accept(tx));
    const auto inventory = peer.wait_for<wire::Inventory>();
    REQUIRE(inventory);
    REQUIRE(inventory->items.size() == 1);
    CHECK(inventory->items[0].hash ==
          (by_wtxid ? tx->wtxid.as<Hash256>() : tx->txid.as<Hash256>()));
    peer.send(wire::GetData{inventory->items});
    const auto sent = peer.wait_for<wire::TransactionMessage>();
    REQUIRE(sent);
    CHECK(sent->tx->txid == tx->txid);
    // A request without witness is answered without witness.
    CHECK((sent->tx->wtxid == tx->wtxid) == by_wtxid);
}

TEST_CASE("transactions below a peer's fee filter are not announced to it", "[sync]") {
    Node node;
    node.mine(102);
    RawPeer peer(node);
    peer.shake_hands();
    peer.send(wire::FeeFilter{Amount{50'000}});
    REQUIRE(peer.is_answered());
    REQUIRE(node.accept(node.spend_coinbase(1, 1'000)));
    const auto dear = node.spend_coinbase(2, 100'000);
    REQUIRE(node.accept(dear));
    const auto inventory = peer.wait_for<wire::Inventory>();
    REQUIRE(inventory);
    REQUIRE(inventory->items.size() == 1);
    CHECK(inventory->items[0].hash == dear->txid.as<Hash256>());
}

TEST_CASE("an inbound peer beyond the limit evicts another one", "[sync][limits]") {
    constexpr std::size_t inbound = limits::connections - limits::full_relay_outbound -
                                    limits::block_relay_outbound - limits::feelers;
    Node node;
    std::vector<std::unique_ptr<RawPeer>> crowd;
    for (std::size_t i = 0; i < inbound; ++i) {
        crowd.push_back(std::make_unique<RawPeer>(node));
        crowd.back()->shake_hands();
    }
    CHECK(node.peers().peers().size() == inbound);
    RawPeer one_more(node);
    one_more.shake_hands();
    eventually([&] { return node.peers().peers().size() == inbound; });
}

TEST_CASE("a peer that reads nothing is not read from, and others are served", "[sync]") {
    Node node;
    node.mine(150);
    RawPeer slow_reader(node);
    slow_reader.shake_hands();
    wire::GetData everything;
    for (int round = 0; round < 300; ++round) {
        for (Height i = 1; i <= 150; ++i) {
            everything.items.push_back({wire::InventoryType::witness_block,
                                        node.ledger().view()->at(i)->hash.as<Hash256>()});
        }
    }
    slow_reader.send(everything);  // 45,000 blocks, some 12 MB
    RawPeer other(node);
    other.shake_hands();
    CHECK(other.is_answered());
    node.mine(1);
    CHECK(node.height() == 151);
}

TEST_CASE("a pong that is too short or empty ends the wait for it, one of another ping does not",
          "[sync]") {
    Node node;
    RawPeer peer(node);
    peer.shake_hands();
    const auto is_waiting = [&] { return node.peers().peers().at(0).ping_wait_seconds >= 0; };
    const auto ping = [&] {
        node.peers().ping();
        REQUIRE(peer.wait_for<wire::Ping>());
        REQUIRE(is_waiting());
    };
    ping();
    peer.send(wire::Pong{1});
    REQUIRE(peer.is_answered());
    CHECK(is_waiting());
    SECTION("zero") {
        peer.send(wire::Pong{0});
    }
    SECTION("short") {
        peer.write_raw(peer.frame("pong", Bytes(7)));
    }
    REQUIRE(peer.is_answered());
    CHECK_FALSE(is_waiting());
}

TEST_CASE("an inbound peer relays addresses after its first address message", "[sync]") {
    Node node;
    RawPeer peer(node);
    peer.shake_hands();
    const auto relays = [&] { return node.peers().peers().at(0).address_relay; };
    CHECK_FALSE(relays());
    SECTION("addr") {
        peer.send(wire::Addresses{});
    }
    SECTION("getaddr") {
        peer.send(wire::GetAddr{});
    }
    REQUIRE(peer.is_answered());
    CHECK(relays());
}

TEST_CASE("a request for filters that are not offered ends the connection", "[sync]") {
    Node node;
    RawPeer peer(node);
    peer.shake_hands();
    const std::string command = GENERATE("filterload", "filteradd", "filterclear", "getcfilters",
                                         "getcfheaders", "getcfcheckpt");
    peer.write_raw(peer.frame(command, Bytes(40)));
    CHECK(peer.is_disconnected());
}

TEST_CASE("many connections get no more addresses than one", "[sync]") {
    auto params = regtest_params();
    params.is_private = false;
    const auto now = Clock().now();
    Random random(3);
    AddressBook book(random);
    for (std::uint8_t i = 1; i <= 200; ++i) {
        wire::KnownNode known;
        known.last_seen = static_cast<std::uint32_t>(unix_seconds(now));
        known.endpoint = {wire::HostAddress::ipv4({30, i, 1, 1}), 8333};
        book.add(known, wire::HostAddress::ipv4({40, i, 1, 1}), now);
    }
    SyncOptions options;
    options.address_book = book.encode();
    Node full(params, options);
    full.clock.set_mock_time(now);
    const auto ask = [&] {
        RawPeer peer(full);
        peer.shake_hands();
        peer.send(wire::GetAddr{});
        const auto answer = peer.wait_for<wire::Addresses>();
        REQUIRE(answer);
        return answer->nodes;
    };
    const auto first = ask();
    CHECK(first.size() == 200 * limits::getaddr_percent / 100);
    for (int i = 0; i < 5; ++i)
        CHECK(ask() == first);
    full.clock.set_mock_time(now + limits::address_sample_age - 1s);
    CHECK(ask() == first);
    full.clock.set_mock_time(now + limits::address_sample_age + limits::address_sample_jitter);
    CHECK(ask() != first);
}

TEST_CASE("stopping does not wait for a verdict or a name lookup", "[sync]") {
    SyncOptions options;
    options.add_nodes = {"no-such-host.invalid"};
    auto node = std::make_unique<Node>(options);
    node->mine(3);
    RawPeer peer(*node);
    peer.shake_hands();
    peer.send(wire::BlockMessage{unknown_block(*node)});
    node.reset();
    CHECK(peer.is_disconnected());
}

TEST_CASE("an address is added once, however it is spelled", "[sync]") {
    Node node;
    REQUIRE(node.peers().add_node("127.0.0.1:9"));
    CHECK_FALSE(node.peers().add_node("127.0.0.1:9"));
    CHECK_FALSE(node.peers().add_node("[::ffff:127.0.0.1]:9"));
    REQUIRE(node.peers().add_node("127.0.0.2"));
    CHECK_FALSE(node.peers().add_node("127.0.0.2:" + std::to_string(node.params.p2p_port)));
}
