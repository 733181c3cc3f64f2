#include "raw_peer.h"

#include <daler/consensus/header_rules.h>

using namespace daler;
using namespace daler::sync;
using namespace daler::sync::test;
using namespace std::chrono_literals;

namespace {

void solve(BlockHeader& header, const ChainParams& params) {
    std::uint64_t tries = 1'000'000;
    const std::atomic<bool> stop{false};
    REQUIRE(mining::solve(header, params, tries, stop));
}

/// `count` solved headers, the first on `previous`.
std::vector<BlockHeader> headers_on(const BlockHeader& previous, std::size_t count,
                                    const ChainParams& params) {
    std::vector<BlockHeader> out;
    for (BlockHeader below = previous; out.size() < count; below = out.back()) {
        BlockHeader header = below;
        header.previous = below.hash();
        ++header.time;
        header.version = 0x20000000;
        header.merkle_root.bytes[0] = 7;
        solve(header, params);
        out.push_back(header);
    }
    return out;
}

/// Blocks from genesis on with other output scripts than the node's; the first claims too much.
std::vector<BlockRef> bad_branch(const Node& node, int count) {
    Node other;
    other.mine(count, Script(Bytes{0x51}));
    std::vector<BlockRef> out;
    BlockHash previous = node.params.genesis_hash;
    for (Height height = 1; height <= count; ++height) {
        const auto& entry = *other.ledger().view()->at(height);
        Block block = *other.ledger().chain().read_block(entry);
        Transaction coinbase = *block.transactions[0];
        if (height == 1) coinbase.outputs[0].value += Amount{1};
        block.transactions[0] = seal(std::move(coinbase));
        block.header.previous = previous;
        mining::finish_block(block, height, node.params);
        solve(block.header, node.params);
        previous = block.header.hash();
        out.push_back(std::make_shared<const Block>(std::move(block)));
    }
    return out;
}

/// Announces the branch and sends the requested blocks until the connection ends.
void send_branch(RawPeer& peer, const std::vector<BlockRef>& branch) {
    wire::Headers headers;
    for (const auto& block : branch)
        headers.headers.push_back(block->header);
    peer.send(headers);
    std::size_t sent = 0;
    while (sent < branch.size()) {
        const auto asked = peer.wait_for<wire::GetData>();
        REQUIRE(asked);
        for (const auto& item : asked->items) {
            const auto found = std::ranges::find_if(branch, [&](const BlockRef& block) {
                return block->header.hash() == item.hash.as<BlockHash>();
            });
            REQUIRE(found != branch.end());
            peer.send(wire::BlockMessage{*found});
            ++sent;
        }
    }
}

}  // namespace

TEST_CASE("headers with much less work than the tip are not stored, also on private chains",
          "[sync][limits]") {
    Node node;
    node.mine(200);
    const auto before = node.ledger().chain().index().size();
    RawPeer peer(node);
    peer.shake_hands();
    constexpr std::size_t enough = 200 - wire::limits::anti_dos_blocks;
    auto headers = headers_on(node.params.genesis->header, enough - 1, node.params);
    peer.send(wire::Headers{headers});
    CHECK(peer.is_answered());
    CHECK(node.ledger().chain().index().size() == before);
    headers = headers_on(node.params.genesis->header, enough, node.params);
    peer.send(wire::Headers{headers});
    CHECK(peer.is_answered());
    CHECK(node.ledger().chain().index().size() == before + enough);
}

TEST_CASE("the longer side of a deep split wins", "[sync]") {
    Node node;
    node.mine(200);
    Node other;
    other.mine(2'300, Script(Bytes{0x51}));
    node.connect_to(other);
    eventually([&] { return node.tip() == other.tip(); });
}

TEST_CASE("the sender of a block of another branch is punished when it turns out to be invalid",
          "[sync]") {
    Node node;
    node.mine(5);
    const auto tip = node.tip();
    const auto branch = bad_branch(node, 6);
    RawPeer bad_peer(node);
    bad_peer.shake_hands();
    send_branch(bad_peer, branch);
    CHECK(bad_peer.is_disconnected());
    CHECK(node.tip() == tip);

    RawPeer another(node);
    another.shake_hands();
    SECTION("a header on the invalid block ends the connection") {
        another.send(wire::Headers{{branch[1]->header}});
        another.send(wire::Headers{headers_on(branch[0]->header, 1, node.params)});
        CHECK(another.is_disconnected());
    }
    SECTION("the header of the block itself does not: the peer may not know") {
        another.send(wire::Headers{{branch[0]->header}});
        CHECK(another.is_answered());
    }
}

TEST_CASE("a peer with witnesses is asked for blocks that it announces, whatever it keeps",
          "[sync]") {
    Node node;
    node.mine(3);
    Node other;
    other.mine(4, Script(Bytes{0x51}));
    RawPeer peer(node);
    auto version = RawPeer::version_message();
    version.services = wire::service::witness;
    peer.shake_hands(version);
    wire::Headers headers;
    for (Height height = 1; height <= 4; ++height)
        headers.headers.push_back(other.ledger().view()->at(height)->header);
    peer.send(headers);
    const auto asked = peer.wait_for<wire::GetData>();
    REQUIRE(asked);
    CHECK(asked->items.size() == 4);
}

TEST_CASE("a block off the best chain that was never connected is not served", "[sync]") {
    Node node;
    node.mine(3);
    const auto aside = headers_on(node.params.genesis->header, 1, node.params);
    RawPeer peer(node);
    peer.shake_hands();
    peer.send(wire::Headers{aside});
    REQUIRE(peer.is_answered());
    REQUIRE(node.ledger().chain().index().find(aside[0].hash()));
    peer.send(wire::GetHeaders{70016, {}, aside[0].hash()});
    peer.send(wire::Ping{5});
    for (auto message = peer.receive(); message; message = peer.receive()) {
        REQUIRE_FALSE(std::holds_alternative<wire::Headers>(*message));
        const auto* pong = std::get_if<wire::Pong>(&*message);
        if (pong && pong->nonce == 5) break;
    }
    peer.send(wire::GetHeaders{70016, {}, node.ledger().view()->at(2)->hash});
    CHECK(peer.wait_for<wire::Headers>()->headers.size() == 1);
}

TEST_CASE("filtered blocks are not served", "[sync]") {
    Node node;
    node.mine(1);
    RawPeer peer(node);
    peer.shake_hands();
    peer.send(wire::GetData{{{wire::InventoryType::filtered_block, node.tip().as<Hash256>()}}});
    peer.send(wire::Ping{6});
    for (auto message = peer.receive(); message; message = peer.receive()) {
        REQUIRE_FALSE(std::holds_alternative<wire::BlockMessage>(*message));
        const auto* pong = std::get_if<wire::Pong>(&*message);
        if (pong && pong->nonce == 6) break;
    }
}

TEST_CASE("the node reports when no peer has the blocks of a better chain", "[sync]") {
    Node node;
    node.clock.set_mock_time(node.clock.now());
    RawPeer peer(node);
    peer.shake_hands();
    peer.send(wire::Headers{headers_on(node.params.genesis->header, 2, node.params)});
    const auto asked = peer.wait_for<wire::GetData>();
    REQUIRE(asked);
    CHECK_FALSE(node.peers().lacks_blocks());
    peer.send(wire::NotFound{asked->items});
    REQUIRE(peer.is_answered());
    node.peers().advance_timers(0s);  // the first check
    CHECK_FALSE(node.peers().lacks_blocks());
    node.peers().advance_timers(wire::limits::lacking_blocks_delay - 1s);
    CHECK_FALSE(node.peers().lacks_blocks());
    node.peers().advance_timers(1s);
    CHECK(node.peers().lacks_blocks());
}

TEST_CASE("headers without blocks are bounded on private chains, and do not prevent a sync",
          "[sync][limits]") {
    Node node;
    Node honest;
    honest.mine(5);
    RawPeer flooder(node);
    flooder.shake_hands();
    BlockHeader below = node.params.genesis->header;
    constexpr std::size_t messages =
        wire::limits::headers_without_blocks / wire::limits::headers + 3;
    for (std::size_t i = 0; i < messages; ++i) {
        const auto headers = headers_on(below, wire::limits::headers, node.params);
        below = headers.back();
        flooder.send(wire::Headers{headers});
        REQUIRE(flooder.is_answered());
    }
    CHECK(node.ledger().chain().headers_without_blocks() <
          wire::limits::headers_without_blocks + wire::limits::headers);
    node.connect_to(honest);
    eventually([&] { return node.tip() == honest.tip(); });
    honest.mine(2);
    eventually([&] { return node.tip() == honest.tip(); });
    // The longer side of a split can be synced, too.
    Node other;
    other.mine(GENERATE(12, 40), Script(Bytes{0x51}));
    node.connect_to(other);
    eventually([&] { return node.tip() == other.tip(); });
}

TEST_CASE("a peer that prevents us from reading does not hold back a block", "[sync]") {
    Node node;
    node.clock.set_mock_time(node.clock.now());
    node.mine(150);
    const wire::Headers announcement{
        headers_on(node.ledger().view()->tip().header, 1, node.params)};
    RawPeer slow_reader(node);
    slow_reader.shake_hands();
    slow_reader.send(announcement);
    REQUIRE(slow_reader.wait_for<wire::GetData>());
    // It requests 50,000 blocks and reads none, so we do not read from it.
    wire::GetData everything;
    while (everything.items.size() < wire::limits::inventory_items) {
        const auto height = static_cast<Height>(everything.items.size() % 150) + 1;
        everything.items.push_back({wire::InventoryType::witness_block,
                                    node.ledger().view()->at(height)->hash.as<Hash256>()});
    }
    slow_reader.send(everything);
    RawPeer honest(node);
    honest.shake_hands();
    honest.send(announcement);
    REQUIRE(honest.is_answered());
    // In small steps: each check of the timers sees that we do not read from the first.
    for (int i = 0; i < 4; ++i)
        node.peers().advance_timers(1s);
    const auto asked = honest.wait_for<wire::GetData>();
    REQUIRE(asked);
    CHECK(asked->items.at(0).hash == announcement.headers[0].hash().as<Hash256>());
}
