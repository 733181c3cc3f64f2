#include <sync/eviction.h>
#include <test.h>

using namespace daler;
using namespace daler::sync;
using namespace std::chrono_literals;

namespace {

/// `count` peers without pings, blocks or transactions; ids from 0, oldest first.
std::vector<EvictionCandidate> plain_peers(PeerId count) {
    std::vector<EvictionCandidate> out;
    for (PeerId id = 0; id < count; ++id) {
        EvictionCandidate each;
        each.id = id;
        each.connected_at = from_unix(1'000 + id);
        each.group = "crowd";
        out.push_back(each);
    }
    return out;
}

}  // namespace

TEST_CASE("a few peers are all protected", "[sync]") {
    CHECK_FALSE(choose_eviction({}));
    CHECK_FALSE(choose_eviction(plain_peers(20)));
}

TEST_CASE("the youngest of the largest group is evicted", "[sync]") {
    auto peers = plain_peers(80);
    for (auto& peer : peers)
        if (peer.id >= 72) peer.group = "others";
    // The last eight are younger, but from a smaller group.
    CHECK(choose_eviction(peers) == 71);
}

TEST_CASE("useful peers are protected", "[sync]") {
    auto peers = plain_peers(60);
    auto& youngest = peers.back();
    SECTION("for the lowest ping") {
        youngest.min_ping = 1ms;
    }
    SECTION("for a transaction") {
        youngest.last_transaction = from_unix(5'000);
    }
    SECTION("for a block") {
        youngest.last_block = from_unix(5'000);
    }
    SECTION("for a block, without relaying transactions") {
        youngest.relays_transactions = false;
        youngest.last_block = from_unix(1);
    }
    SECTION("for a rare network group") {
        youngest.salted_group = 77;
    }
    CHECK(choose_eviction(peers) == 58);
}

TEST_CASE("the older half of the rest is protected", "[sync]") {
    CHECK(choose_eviction(plain_peers(114)) == 113);
    auto peers = plain_peers(40);
    for (auto& peer : peers)
        peer.group = std::to_string(peer.id);
    CHECK(choose_eviction(peers).value() >= 20);
}
