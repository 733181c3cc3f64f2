// Limits on requests, storage and announcements of headers and blocks.
#include "raw_peer.h"

using namespace daler;
using namespace daler::sync;
using namespace daler::sync::test;
using namespace std::chrono_literals;
namespace limits = wire::limits;

TEST_CASE("a peer that does not answer getheaders is asked again only after a time",
          "[sync][limits]") {
    Node node;
    node.clock.set_mock_time(node.clock.now());
    RawPeer peer(node);
    peer.shake_hands();  // the node has asked for headers by now
    const auto is_asked_again = [&] {
        Hash256 unknown;
        unknown.bytes.fill(7);
        peer.send(wire::Inventory{{{wire::InventoryType::block, unknown}}});
        return !peer.answers<wire::GetHeaders>().empty();
    };
    CHECK_FALSE(is_asked_again());
    node.peers().advance_timers(limits::headers_response_time - 1s);
    CHECK_FALSE(is_asked_again());
    node.peers().advance_timers(1s);
    CHECK(is_asked_again());
}

TEST_CASE("the only peer whose headers we request is disconnected when it sends none",
          "[sync][limits]") {
    Node node(strict_params(), {});  // genesis is years old: it is far behind
    node.clock.set_mock_time(node.clock.now());
    RawPeer peer(node);
    peer.shake_hands();
    node.peers().advance_timers(limits::headers_sync_timeout - 1s);
    CHECK(peer.is_answered());
    node.peers().advance_timers(1s);
    CHECK(peer.is_disconnected());
}

TEST_CASE("while far behind, the next peer is asked when one has no more headers", "[sync]") {
    Node node(strict_params(), {});
    // How often the node asks for headers after the handshake.
    const auto asked = [](RawPeer& peer) {
        peer.send(RawPeer::version_message());
        REQUIRE(peer.wait_for<wire::Verack>());
        peer.send(wire::Verack{});
        return peer.answers<wire::GetHeaders>().size();
    };
    RawPeer first(node), second(node), third(node);
    CHECK(asked(first) == 1);
    CHECK(asked(second) == 0);
    first.send(wire::Headers{});
    REQUIRE(first.is_answered());
    CHECK(second.answers<wire::GetHeaders>().size() == 1);
    second.send(wire::Headers{});
    REQUIRE(second.is_answered());
    CHECK(asked(third) == 1);
}

TEST_CASE("getblocks is answered with a bounded number of hashes", "[sync][limits]") {
    Node node;
    node.mine(limits::getblocks_hashes + 1);
    RawPeer peer(node);
    peer.shake_hands();
    const auto ask_above = [&](Height height) {
        peer.send(wire::GetBlocks{70016, {node.ledger().view()->at(height)->hash}, {}});
        return peer.wait_for<wire::Inventory>()->items;
    };
    CHECK(ask_above(1).size() == limits::getblocks_hashes);
    const auto items = ask_above(0);
    REQUIRE(items.size() == limits::getblocks_hashes);
    // When the peer requests the last of them, it gets the tip's hash and can ask for the rest.
    peer.send(wire::GetData{{items.back()}});
    CHECK(peer.wait_for<wire::Inventory>()->items.at(0).hash == node.tip().as<Hash256>());
}

TEST_CASE("a few new blocks at once are announced by their headers, more by the last one's hash",
          "[sync][limits]") {
    constexpr int few = limits::headers_to_announce;
    const int count = few + GENERATE(0, 1);
    Node node;
    const auto first = node.mine(count).front();
    node.ledger().call([&](ledger::State& state) { state.chain.invalidate(first); });
    // A branch with nearly as much work: a reorganisation from it announces all blocks at once.
    node.mine(count - 1, Script(Bytes{0x51}));
    RawPeer peer(node);
    peer.shake_hands();
    peer.send(wire::SendHeaders{});
    peer.send(wire::GetHeaders{70016, {node.params.genesis_hash}, {}});
    REQUIRE(peer.wait_for<wire::Headers>());
    REQUIRE(peer.answers<wire::Headers>().empty());
    node.ledger().call([&](ledger::State& state) { state.chain.reconsider(first); });
    REQUIRE(node.height() == count);
    if (count == few) {
        CHECK(peer.wait_for<wire::Headers>()->headers.size() == static_cast<std::size_t>(few));
    } else {
        const auto announced = peer.wait_for<wire::Inventory>();
        REQUIRE(announced);
        REQUIRE(announced->items.size() == 1);
        CHECK(announced->items[0].hash == node.tip().as<Hash256>());
    }
}

TEST_CASE("an unrequested block is stored if it is not far above the tip", "[sync][limits]") {
    constexpr Height far = limits::unrequested_block_distance + 1;
    Node other;
    other.mine(far);
    Node node;
    RawPeer peer(node);
    peer.shake_hands();
    wire::Headers headers;
    for (Height height = 1; height <= far; ++height)
        headers.headers.push_back(other.ledger().view()->at(height)->header);
    peer.send(headers);
    peer.send(wire::BlockMessage{other.block(far)});
    peer.send(wire::BlockMessage{other.block(far - 1)});
    REQUIRE(peer.is_answered());
    const auto is_stored = [&](Height height) {
        const auto& hash = other.ledger().view()->at(height)->hash;
        return node.ledger().chain().index().find(hash)->has(chain::has_data);
    };
    CHECK(is_stored(far - 1));
    CHECK_FALSE(is_stored(far));
}
