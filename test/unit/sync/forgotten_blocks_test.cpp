#include "raw_peer.h"

using namespace daler;
using namespace daler::sync;
using namespace daler::sync::test;

namespace {

chain::Savepoint savepoint(const Node& node) {
    return node.ledger().call([](ledger::State& state) { return state.chain.savepoint(); });
}

void return_to(const Node& node, const chain::Savepoint& savepoint) {
    node.ledger().call([&](ledger::State& state) { state.chain.return_to(savepoint); });
    node.settle();
}

wire::Headers headers_of(const std::vector<BlockRef>& blocks) {
    wire::Headers message;
    for (const auto& block : blocks)
        message.headers.push_back(block->header);
    return message;
}

}  // namespace

TEST_CASE("a node that forgot blocks gets them back from a peer", "[sync][savepoint]") {
    Node node;
    Node other;
    node.mine(3);
    node.connect_to(other);
    const auto early = savepoint(node);
    SECTION("blocks that the node had mined and announced") {
        node.mine(4);
    }
    SECTION("blocks that the peer had mined") {
        eventually([&] { return other.height() == 3; });
        other.mine(4);
    }
    eventually([&] { return node.height() == 7 && other.height() == 7; });
    const auto late = node.tip();
    return_to(node, early);
    eventually([&] { return node.tip() == late; });
    CHECK(node.ready_peers() == 1);
}

TEST_CASE("nodes that all forget blocks while they are not connected go on without them",
          "[sync][savepoint]") {
    Node node;
    Node other;
    node.mine(3);
    node.connect_to(other);
    eventually([&] { return other.height() == 3; });
    const auto early = savepoint(node);
    const auto other_early = savepoint(other);
    const auto forgotten = node.mine(4);
    eventually([&] { return other.height() == 7; });
    for (const auto* each : {&node, &other})
        each->peers().set_network_active(false);
    eventually([&] { return node.ready_peers() == 0 && other.ready_peers() == 0; });
    return_to(node, early);
    return_to(other, other_early);
    for (const auto* each : {&node, &other})
        each->peers().set_network_active(true);
    eventually([&] { return node.ready_peers() == 1 && other.ready_peers() == 1; });
    other.mine(1, Script(Bytes{0x51}));
    eventually([&] { return node.tip() == other.tip(); });
    CHECK(node.height() == 4);
    for (const auto& hash : forgotten)
        CHECK(node.ledger().chain().index().find(hash) == nullptr);
}

TEST_CASE("blocks that came after their headers are requested again after a return between the two",
          "[sync][savepoint]") {
    constexpr Height count = 40;  // so many that they are not fetched as announcements
    Node other;
    other.mine(count + 1);
    std::vector<BlockRef> blocks;
    for (Height height = 1; height <= count; ++height)
        blocks.push_back(other.block(height));

    Node node;
    RawPeer peer(node);
    peer.shake_hands();
    peer.send(headers_of(blocks));
    REQUIRE(peer.wait_for<wire::GetData>());
    const auto early = savepoint(node);
    for (const auto& block : blocks)
        peer.send(wire::BlockMessage{block});
    eventually([&] { return node.height() == count; });
    peer.send(headers_of({other.block(count + 1)}));
    REQUIRE(peer.is_answered());
    return_to(node, early);
    CHECK(node.height() == 0);
    REQUIRE(peer.is_answered());
    peer.send(headers_of(blocks));
    const auto asked = peer.wait_for<wire::GetData>();
    REQUIRE(asked);
    CHECK(asked->items.at(0).hash == blocks[0]->header.hash().as<Hash256>());
}

TEST_CASE("a requested block that arrives when its header is forgotten does no harm",
          "[sync][savepoint]") {
    Node other;
    other.mine(6);
    std::vector<BlockRef> blocks;
    for (Height height = 1; height <= 6; ++height)
        blocks.push_back(other.block(height));

    Node node;
    const auto early = savepoint(node);
    RawPeer peer(node);
    peer.shake_hands();
    peer.send(headers_of(blocks));
    const auto asked = peer.wait_for<wire::GetData>();
    REQUIRE(asked);
    REQUIRE(asked->items.size() == 6);
    peer.send(wire::BlockMessage{blocks[0]});
    peer.send(wire::BlockMessage{blocks[1]});
    REQUIRE(peer.is_answered());
    eventually([&] { return node.height() == 2; });
    return_to(node, early);
    CHECK(node.height() == 0);
    // It asks what else the peer has.
    CHECK(peer.answers<wire::GetHeaders>().size() == 1);

    for (std::size_t i = 2; i < blocks.size(); ++i)
        peer.send(wire::BlockMessage{blocks[i]});
    CHECK(peer.is_answered());
    CHECK(node.ledger().chain().index().size() == 1);

    // All of them come again.
    peer.send(headers_of(blocks));
    const auto again = peer.wait_for<wire::GetData>();
    REQUIRE(again);
    CHECK(again->items.size() == 6);
    for (const auto& block : blocks)
        peer.send(wire::BlockMessage{block});
    eventually([&] { return node.tip() == other.tip(); });
    CHECK(peer.is_answered());
}

TEST_CASE("a peer may announce headers above a forgotten block again and again",
          "[sync][savepoint]") {
    Node other;
    other.mine(3);
    Node node;
    const auto early = savepoint(node);
    RawPeer peer(node);
    peer.shake_hands();
    peer.send(wire::BlockMessage{other.block(1)});
    peer.send(wire::BlockMessage{other.block(2)});
    REQUIRE(peer.is_answered());
    eventually([&] { return node.height() == 2; });
    return_to(node, early);
    for (int i = 0; i < 5; ++i)
        peer.send(headers_of({other.block(3)}));
    CHECK(peer.is_answered());
    CHECK(node.ready_peers() == 1);
}
