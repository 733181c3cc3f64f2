// Limits and delays of transaction relay.
#include "raw_peer.h"

#include <sync/turns.h>

using namespace daler;
using namespace daler::sync;
using namespace daler::sync::test;
using namespace std::chrono_literals;
namespace limits = wire::limits;

namespace {

SyncOptions with_permission(const std::string& name) {
    SyncOptions options;
    if (!name.empty()) options.whitelist.push_back(*WhitelistEntry::from_text(name + "@127.0.0.1"));
    return options;
}

/// A node with the delays of public networks that has caught up and whose clock does not move.
struct DelayingNode : Node {
    explicit DelayingNode(const std::string& permission = "", int blocks = 1)
        : Node(strict_params(), with_permission(permission)) {
        clock.set_mock_time(clock.now());
        mine(blocks);
        settle();
    }
};

Hash256 made_up_id(std::size_t number) {
    Hash256 id;
    std::memcpy(id.bytes.data(), &number, sizeof number);
    id.bytes[31] = 1;
    return id;
}

/// Announces transactions that do not exist.
void announce(RawPeer& peer, std::size_t first, std::size_t count, wire::InventoryType type) {
    wire::Inventory message;
    for (std::size_t i = 0; i < count; ++i)
        message.items.push_back({type, made_up_id(first + i)});
    peer.send(message);
}

/// The number of transactions that the node requests from `peer`.
std::size_t requests_to(RawPeer& peer) {
    std::size_t count = 0;
    for (const auto& message : peer.answers<wire::GetData>())
        count += message.items.size();
    return count;
}

/// A payment from one output of `from`.
TransactionRef spend_output(const SealedTransaction& from, std::uint32_t index) {
    Transaction tx;
    TxInput input;
    input.prevout = {from.txid, index};
    input.witness = {Bytes{0x51}};
    tx.inputs.push_back(input);
    tx.outputs.push_back({from.outputs.at(index).value - Amount{10'000}, anyone_can_spend()});
    return seal(std::move(tx));
}

/// A payment from the coinbase at height 1 with so many outputs.
TransactionRef split_coinbase(const Node& node, std::uint32_t outputs) {
    Transaction tx = *node.spend_coinbase(1, 1'000'000);
    tx.outputs.assign(outputs,
                      {Amount{tx.outputs[0].value.satoshis() / outputs}, anyone_can_spend()});
    return seal(std::move(tx));
}

constexpr auto by_txid = wire::InventoryType::tx;

}  // namespace

TEST_CASE("a transaction is requested from an inbound peer after a delay", "[sync][limits]") {
    DelayingNode node;
    RawPeer peer(node);
    peer.shake_hands();
    announce(peer, 0, 1, by_txid);
    CHECK(requests_to(peer) == 0);
    node.peers().advance_timers(limits::inbound_delay - 1s);
    CHECK(requests_to(peer) == 0);
    node.peers().advance_timers(1s);
    CHECK(requests_to(peer) == 1);
}

TEST_CASE("a peer that announces by txid is asked later than those that announce by wtxid",
          "[sync][limits]") {
    DelayingNode node;
    RawPeer modern(node);
    modern.send(RawPeer::version_message());
    modern.send(wire::WtxidRelay{});
    REQUIRE(modern.wait_for<wire::Verack>());
    modern.send(wire::Verack{});
    REQUIRE(modern.is_answered());
    RawPeer old(node);
    old.shake_hands();
    announce(modern, 0, 1, wire::InventoryType::wtx);
    announce(old, 1, 1, by_txid);
    REQUIRE(requests_to(modern) + requests_to(old) == 0);
    node.peers().advance_timers(limits::inbound_delay);
    CHECK(requests_to(modern) == 1);
    node.peers().advance_timers(limits::txid_delay - 1s);
    CHECK(requests_to(old) == 0);
    node.peers().advance_timers(1s);
    CHECK(requests_to(old) == 1);
}

TEST_CASE("a peer that was asked for many transactions is asked for the next one later",
          "[sync][limits]") {
    DelayingNode node;
    RawPeer peer(node);
    peer.shake_hands();
    const bool is_busy = GENERATE(false, true);
    const auto open = limits::requests_in_flight - (is_busy ? 0 : 1);
    announce(peer, 0, open, by_txid);
    REQUIRE(requests_to(peer) == 0);
    node.peers().advance_timers(limits::inbound_delay);
    REQUIRE(requests_to(peer) == open);
    announce(peer, open, 1, by_txid);
    REQUIRE(requests_to(peer) == 0);
    node.peers().advance_timers(limits::inbound_delay);
    CHECK(requests_to(peer) == (is_busy ? 0 : 1));
    node.peers().advance_timers(limits::busy_delay - 1s);
    CHECK(requests_to(peer) == 0);
    node.peers().advance_timers(1s);
    CHECK(requests_to(peer) == (is_busy ? 1 : 0));
}

TEST_CASE("transactions that arrive together are submitted in their order", "[sync][limits]") {
    constexpr std::uint32_t most = limits::transactions_at_once;
    const auto count = GENERATE(values<std::uint32_t>({most - 1, most, 3 * most}));
    Node node;
    node.mine(100 + static_cast<int>(count));
    RawPeer peer(node);
    peer.shake_hands();
    std::vector<TransactionRef> transactions;
    for (std::uint32_t i = 1; i <= count; ++i)
        transactions.push_back(node.spend_coinbase(static_cast<Height>(i)));
    transactions.push_back(transactions.back());  // the same again
    transactions.push_back(Node::spend(*transactions.back()));
    Bytes bytes;
    for (const auto& tx : transactions) {
        const auto next = peer.frame(wire::TransactionMessage::command,
                                     wire::encode(wire::TransactionMessage{tx}));
        bytes.insert(bytes.end(), next.begin(), next.end());
    }
    peer.write_raw(bytes);
    REQUIRE(peer.is_answered());
    for (const auto& tx : transactions)
        CHECK(node.has(tx));
}

TEST_CASE("one message announces a bounded number of transactions", "[sync][limits]") {
    constexpr std::uint32_t most = limits::transactions_per_inv;
    Node node(with_permission("mempool"));
    node.mine(101);
    const auto split = split_coinbase(node, most + 1);
    REQUIRE(node.accept(split));
    node.mine(1);
    const auto announced = [&] {
        node.settle();
        RawPeer peer(node);
        peer.shake_hands();
        peer.send(wire::GetMempool{});
        std::vector<std::size_t> sizes;
        for (const auto& message : peer.answers<wire::Inventory>())
            sizes.push_back(message.items.size());
        return sizes;
    };
    for (std::uint32_t i = 0; i < most; ++i)
        REQUIRE(node.accept(spend_output(*split, i)));
    CHECK(announced() == std::vector<std::size_t>{most});
    REQUIRE(node.accept(spend_output(*split, most)));
    CHECK(announced() == std::vector<std::size_t>{most, 1});
}

TEST_CASE("a bounded number of announcements is queued for a peer", "[sync][limits]") {
    DelayingNode node("", 101);
    RawPeer peer(node);
    peer.shake_hands();
    // The first announcement is sent. The next one is due later, and the clock does not move.
    for (int i = 0; i < 10; ++i)
        node.peers().advance_timers(0s);
    const bool is_full = GENERATE(false, true);
    const auto waiting = limits::pending_announcements - (is_full ? 0 : 1);
    for (std::size_t i = 0; i < waiting; ++i) {
        const auto id = made_up_id(i);
        node.peers().announce(id.as<Txid>(), id.as<Wtxid>());
    }
    const auto tx = node.spend_coinbase(1);
    REQUIRE(node.accept(tx));
    node.settle();
    REQUIRE(peer.answers<wire::Inventory>().empty());
    node.peers().advance_timers(15min);
    CHECK(peer.answers<wire::Inventory>().size() == (is_full ? 0 : 1));
}

TEST_CASE("a transaction that no peer has requested is announced again, but not too often",
          "[sync][limits]") {
    DelayingNode node("noban", 101);
    const auto tx = node.spend_coinbase(1);
    REQUIRE(node.accept(tx));
    node.settle();
    node.peers().advance_timers(limits::unbroadcast_interval + 1s);  // the first time is over
    node.settle();
    node.ledger().call([&](ledger::State& state) { state.mempool.add_unbroadcast(tx->txid); });
    RawPeer peer(node);
    peer.shake_hands();
    node.peers().advance_timers(limits::unbroadcast_interval - 1s);
    node.settle();
    CHECK(peer.answers<wire::Inventory>().empty());
    node.peers().advance_timers(limits::unbroadcast_interval / 2 + 1s);  // the random part
    const auto announced = peer.wait_for<wire::Inventory>();
    REQUIRE(announced);
    CHECK(announced->items.at(0).hash == tx->txid.as<Hash256>());
}

TEST_CASE("a new minimum fee rate is sent to peers, but not too often", "[sync][limits]") {
    mempool::Limits no_room;
    no_room.max_usage = 1;
    Node node(regtest_params(), {}, no_room);
    node.clock.set_mock_time(node.clock.now());
    node.mine(101);
    node.peers().advance_timers(limits::fee_filter_interval + 1s);  // the first time is over
    node.settle();
    RawPeer peer(node);
    peer.shake_hands();
    CHECK_FALSE(node.accept(node.spend_coinbase(1)));
    node.peers().advance_timers(limits::fee_filter_interval - 1s);
    node.settle();
    CHECK(peer.answers<wire::FeeFilter>().empty());
    node.peers().advance_timers(1s);
    const auto filter = peer.wait_for<wire::FeeFilter>();
    REQUIRE(filter);
    CHECK(filter->rate > Amount{1'000});
}

TEST_CASE("a loop over items of a peer lets other work run after a number of items",
          "[sync][limits]") {
    TurnCounter turn;
    for (int round = 0; round < 2; ++round) {
        for (std::size_t i = 1; i < limits::items_per_turn; ++i)
            REQUIRE_FALSE(turn.is_over());
        CHECK(turn.is_over());
    }
}
