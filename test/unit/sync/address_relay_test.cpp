#include "raw_peer.h"

using namespace daler;
using namespace daler::sync;
using namespace daler::sync::test;
using namespace std::chrono_literals;
namespace limits = wire::limits;

namespace {

constexpr std::chrono::seconds time_for_one{static_cast<int>(1 / limits::addresses_per_second)};

/// Sends `count` addresses. Returns how many the node processed.
std::uint64_t processed_of(std::size_t count, RawPeer& peer, const Node& node) {
    const auto taken = [&] { return node.peers().peers().at(0).addresses_processed; };
    const auto before = taken();
    wire::Addresses message;
    message.nodes.resize(count);
    for (auto& known : message.nodes)
        known.endpoint = {wire::HostAddress::ipv4({30, 1, 1, 1}), 8333};
    peer.send(message);
    REQUIRE(peer.is_answered());
    return taken() - before;
}

}  // namespace

TEST_CASE("the addresses of a peer are processed at a bounded rate", "[sync][limits]") {
    Node node;
    node.clock.set_mock_time(node.clock.now());
    RawPeer peer(node);
    peer.shake_hands();
    CHECK(processed_of(2, peer, node) == 1);
    SECTION("none before its time") {
        node.peers().advance_timers(time_for_one - 1s);
        CHECK(processed_of(1, peer, node) == 0);
    }
    SECTION("one at its time") {
        node.peers().advance_timers(time_for_one);
        CHECK(processed_of(2, peer, node) == 1);
    }
}

TEST_CASE("after a long pause a bounded number of addresses is processed at once",
          "[sync][limits]") {
    Node node;
    node.clock.set_mock_time(node.clock.now());
    RawPeer peer(node);
    peer.shake_hands();
    constexpr auto most = static_cast<std::size_t>(limits::address_bucket);
    // In steps, because a peer that does not answer pings for long is disconnected.
    for (auto passed = 0s; passed <= most * time_for_one; passed += 15min) {
        node.peers().advance_timers(15min);
        peer.send(wire::Pong{0});
        REQUIRE(peer.is_answered());
    }
    CHECK(processed_of(most, peer, node) == most);
    CHECK(processed_of(1, peer, node) == 0);
}
