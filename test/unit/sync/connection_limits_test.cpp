// Limits of one connection and of all connections.
#include "raw_peer.h"
#include "start.h"

#include <sync/connector.h>
#include <sync/send_watch.h>

#include <future>

using namespace daler;
using namespace daler::sync;
using namespace daler::sync::test;
using namespace std::chrono_literals;
namespace limits = wire::limits;

namespace {

/// Keeps the ledger thread busy until `release`.
class BusyLedger {
public:
    explicit BusyLedger(const Node& node) {
        node.ledger().post([gate = gate_.get_future().share()](ledger::State&) { gate.wait(); });
    }
    ~BusyLedger() { release(); }
    void release() {
        if (!std::exchange(released_, true)) gate_.set_value();
    }

private:
    std::promise<void> gate_;
    bool released_ = false;
};

/// Bytes of "block" messages that `node` has read from its first peer.
std::uint64_t block_bytes_read(const Node& node) {
    const auto peers = node.peers().peers();
    REQUIRE_FALSE(peers.empty());
    const auto& counters = peers[0].bytes_received_per_message;
    const auto found = counters.find("block");
    return found == counters.end() ? 0 : found->second;
}

std::uint64_t message_size(const BlockRef& block) {
    return wire::MessageHeader::size + wire::encode(wire::BlockMessage{block}).size();
}

/// A block of `size` bytes on genesis that is invalid but for its proof of work.
BlockRef block_of_size(const Node& node, std::size_t size, std::uint8_t number) {
    Block block = *node.params.genesis;
    block.header.previous = node.params.genesis_hash;
    ++block.header.time;
    block.header.merkle_root.bytes[0] = number;
    Transaction coinbase = *block.transactions[0];
    const auto pad = [&](std::size_t length) {
        coinbase.inputs[0].script_sig = Script(Bytes(length));
        block.transactions[0] = seal(Transaction(coinbase));
        return encode(block).size();
    };
    // Its length takes as many bytes as that of `size`.
    const std::size_t some = size > 100'000 ? 70'000 : 1'000;
    const auto before = pad(some);
    REQUIRE(pad(some + size - before) == size);
    std::uint64_t tries = 1'000'000;
    const std::atomic<bool> stop{false};
    REQUIRE(mining::solve(block.header, node.params, tries, stop));
    return std::make_shared<const Block>(std::move(block));
}

}  // namespace

TEST_CASE("a peer is not read from while too many of its blocks wait for their verdict",
          "[sync][limits]") {
    constexpr Height most = limits::open_blocks;
    Node other;
    other.mine(most + 1);
    Node node;
    RawPeer peer(node);
    peer.shake_hands();
    RawPeer observer(node);
    observer.shake_hands();
    BusyLedger busy(node);
    std::uint64_t read = 0;
    for (Height height = 1; height <= most + 1; ++height) {
        peer.send(wire::BlockMessage{other.block(height)});
        if (height <= most) read += message_size(other.block(height));
    }
    eventually([&] { return block_bytes_read(node) == read; });
    for (int i = 0; i < 3; ++i)
        CHECK(observer.is_answered());  // the node had time to read more
    CHECK(block_bytes_read(node) == read);
    busy.release();
    CHECK(peer.is_answered());
    CHECK(node.height() == most + 1);
}

TEST_CASE("a peer is not read from while too many bytes of its blocks wait for their verdict",
          "[sync][limits]") {
    Node node;
    RawPeer peer(node);
    peer.shake_hands();
    RawPeer observer(node);
    observer.shake_hands();
    const auto spare = GENERATE(std::size_t{0}, std::size_t{1});
    // The last one that fits is small: it is decoded in the same step in which it is read.
    constexpr std::size_t small = 10'000;
    constexpr auto rest = limits::open_block_bytes - limits::message_bytes - small;
    const auto first = block_of_size(node, limits::message_bytes, 1);
    const auto second = block_of_size(node, rest, 2);
    const auto third = block_of_size(node, small - spare, 3);
    const auto fourth = block_of_size(node, small, 4);
    BusyLedger busy(node);
    for (const auto& block : {first, second, third, fourth})
        peer.send(wire::BlockMessage{block});
    const auto read = message_size(first) + message_size(second) + message_size(third);
    if (spare > 0) {
        eventually([&] { return block_bytes_read(node) == read + message_size(fourth); });
    } else {
        eventually([&] { return block_bytes_read(node) == read; });
        for (int i = 0; i < 3; ++i)
            CHECK(observer.is_answered());
        CHECK(block_bytes_read(node) == read);
    }
}

TEST_CASE("a peer is pinged again after the ping interval", "[sync][limits]") {
    Node node;
    node.clock.set_mock_time(node.clock.now());
    RawPeer peer(node);
    peer.shake_hands();
    peer.send(wire::Pong{0});  // ends the wait for the answer to the first
    CHECK(peer.answers<wire::Ping>().empty());
    node.peers().advance_timers(limits::ping_interval - 1s);
    CHECK(peer.answers<wire::Ping>().empty());
    node.peers().advance_timers(1s);
    CHECK(peer.answers<wire::Ping>().size() == 1);
}

TEST_CASE("a peer that reads nothing of what is queued for it is disconnected", "[sync][limits]") {
    Node node;
    node.clock.set_mock_time(node.clock.now());
    node.mine(1, Script(Bytes(900'000, 0x6a)));
    RawPeer slow_reader(node);
    slow_reader.shake_hands();
    wire::GetData everything;
    everything.items.resize(30, {wire::InventoryType::witness_block, node.tip().as<Hash256>()});
    slow_reader.send(everything);
    const auto waiting = [&] {
        const auto peer = node.peers().peers().at(0);
        std::uint64_t sent = 0;
        for (const auto& [command, bytes] : peer.bytes_sent_per_message)
            sent += bytes;
        return sent - peer.bytes_sent;
    };
    eventually([&] { return waiting() > limits::send_queue_bytes; });
    // The system may have accepted some more bytes at first; then the time starts again.
    eventually([&] {
        node.peers().advance_timers(limits::send_timeout);
        return node.peers().peers().empty();
    });
}

TEST_CASE("the timeout of a peer that reads nothing starts again when it reads a byte",
          "[sync][limits]") {
    SendWatch watch;
    CHECK_FALSE(watch.is_stuck(true, 10, start));
    CHECK_FALSE(watch.is_stuck(true, 10, start + 1s));  // the first check without a change
    const auto due = start + 1s + limits::send_timeout;
    CHECK_FALSE(watch.is_stuck(true, 10, due - 1ms));
    SECTION("it read nothing") {
        CHECK(watch.is_stuck(true, 10, due));
    }
    SECTION("it read a byte") {
        CHECK_FALSE(watch.is_stuck(true, 11, due));
    }
    SECTION("nothing is queued any more") {
        CHECK_FALSE(watch.is_stuck(false, 10, due));
    }
}

TEST_CASE("on a public chain full-relay connections are made first, then block-relay-only ones",
          "[sync][limits]") {
    for (std::size_t blocks = 0; blocks <= limits::block_relay_outbound + 1; ++blocks) {
        CHECK(missing_outbound(0, blocks) == ConnectionType::outbound_full_relay);
        CHECK(missing_outbound(limits::full_relay_outbound - 1, blocks) ==
              ConnectionType::outbound_full_relay);
    }
    CHECK(missing_outbound(limits::full_relay_outbound, limits::block_relay_outbound - 1) ==
          ConnectionType::block_relay_only);
    CHECK_FALSE(missing_outbound(limits::full_relay_outbound, limits::block_relay_outbound));
}
