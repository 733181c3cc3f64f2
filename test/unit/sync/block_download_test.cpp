#include <daler/primitives/chain_params.h>
#include <sync/block_download.h>
#include <test.h>

#include "start.h"

using namespace daler;
using namespace daler::sync;
using namespace daler::sync::test;
using namespace std::chrono_literals;

namespace limits = wire::limits;

namespace {

constexpr Height per_peer = limits::blocks_in_flight;

/// Headers on regtest's genesis block, whose data we have.
struct Headers {
    explicit Headers(int length) : params(regtest_params()) {
        auto* entry = &index.insert(params.genesis->header, params.genesis_hash);
        entries.push_back(entry);
        store(0);
        for (int i = 0; i < length; ++i) {
            BlockHeader header = params.genesis->header;
            header.previous = entries.back()->hash;
            header.time += static_cast<std::uint32_t>(entries.size());
            entries.push_back(&index.insert(header, header.hash()));
        }
    }
    /// We have the blocks up to this height.
    void store(int height) {
        for (int i = 0; i <= height; ++i) {
            auto& entry = *entries[static_cast<std::size_t>(i)];
            entry.status = chain::has_data;
            entry.chain_tx_count = static_cast<unsigned>(i) + 1;
        }
        tip = height;
    }
    [[nodiscard]] chain::ChainView view() const { return {at(tip), *entries.back(), false}; }
    [[nodiscard]] chain::BlockEntry& at(int height) const {
        return *entries[static_cast<std::size_t>(height)];
    }

    ChainParams params;
    chain::BlockIndex index;
    std::vector<chain::BlockEntry*> entries;
    int tip = 0;
};

std::vector<Height> heights(const std::vector<const chain::BlockEntry*>& blocks) {
    std::vector<Height> out;
    for (const auto* block : blocks)
        out.push_back(block->height);
    return out;
}

std::vector<Height> range(Height from, Height to) {
    std::vector<Height> out;
    for (; from <= to; ++from)
        out.push_back(from);
    return out;
}

/// A download among peers 1 to `peers`, who have all of `headers`.
struct Download : BlockDownload {
    explicit Download(const Headers& the_headers, int peers = 2)
        : BlockDownload({U256{}, 600s}), headers(the_headers) {
        for (PeerId id = 1; id <= peers; ++id) {
            add_peer(id, Keeps::all);
            peer_has(id, *headers.entries.back());
        }
    }
    std::vector<Height> take(PeerId peer, Time now = start) {
        return heights(take_requests(peer, headers.view(), now));
    }
    /// The block comes from `peer` and is stored.
    void arrive(PeerId peer, Height height, Time now = start) {
        arrived(peer, headers.at(height).hash, now);
        headers.at(height).status = chain::has_data;
        settled(headers.at(height).hash);
    }
    const Headers& headers;
};

}  // namespace

TEST_CASE("a bounded number of blocks is requested from each peer, each block from one",
          "[sync][limits]") {
    const Headers headers(100);
    Download download(headers);
    CHECK(download.take(1) == range(1, per_peer));
    CHECK(download.take(2) == range(per_peer + 1, 2 * per_peer));
    CHECK(download.take(1).empty());
    download.arrive(1, 3);
    CHECK(download.take(1) == std::vector<Height>{2 * per_peer + 1});
}

TEST_CASE("blocks are requested in a window above the last common block", "[sync][limits]") {
    Headers headers(1'100);
    Download download(headers, 100);
    std::vector<Height> asked;
    for (PeerId peer = 1; peer <= 100; ++peer)
        for (const auto height : download.take(peer))
            asked.push_back(height);
    CHECK(asked == range(1, limits::block_window));
    headers.store(1);
    CHECK(download.take(100) == std::vector<Height>{limits::block_window + 1});
}

TEST_CASE("blocks requested from a peer that disconnects are requested from others", "[sync]") {
    const Headers headers(20);
    Download download(headers);
    CHECK(download.take(1) == range(1, 16));
    CHECK(download.take(2) == range(17, 20));
    download.peer_gone(1);
    CHECK(download.take(2) == range(1, 12));
}

TEST_CASE("a peer is not asked for blocks that it does not have", "[sync]") {
    const Headers headers(20);
    Download download(headers, 0);
    download.add_peer(1, BlockDownload::Keeps::all);
    CHECK(download.take(1).empty());
    download.peer_has(1, headers.at(5));
    CHECK(download.take(1) == range(1, 5));
}

TEST_CASE("a peer that keeps recent blocks is asked only for those", "[sync][limits]") {
    const Headers headers(300);
    Download download(headers, 0);
    download.add_peer(1, BlockDownload::Keeps::recent);
    download.peer_has(1, headers.at(300));
    const Height lowest = 300 - limits::limited_peer_blocks;
    CHECK(download.take(1) == range(lowest, lowest + per_peer - 1));
}

TEST_CASE("a chain with an invalid block is downloaded up to it", "[sync]") {
    const Headers headers(20);
    headers.at(5).status = chain::failed;
    Download download(headers);
    CHECK(download.take(1) == range(1, 4));
}

TEST_CASE("a chain with too little work is not downloaded", "[sync]") {
    const Headers headers(20);
    BlockDownload download({headers.at(20).chainwork + U256{1}, 600s});
    download.add_peer(1, BlockDownload::Keeps::all);
    download.peer_has(1, headers.at(20));
    CHECK(download.take_requests(1, headers.view(), start).empty());
}

TEST_CASE("the blocks of a silent peer are requested from an idle one after two seconds",
          "[sync]") {
    const Headers headers(16);
    Download download(headers);
    CHECK(download.take(1) == range(1, 16));
    CHECK(download.take(2, start + 2s - 1ms).empty());
    CHECK(download.take(2, start + 2s) == range(1, 16));
}

TEST_CASE("a peer that keeps sending blocks is not late", "[sync]") {
    const Headers headers(16);
    Download download(headers);
    CHECK(download.take(1) == range(1, 16));
    download.arrive(1, 1, start + 1s);
    CHECK(download.take(2, start + 2s).empty());
    CHECK(download.take(2, start + 3s) == range(2, 16));
}

TEST_CASE("few peers are asked for the same block, one of them trusted", "[sync][limits]") {
    const Headers headers(1);
    constexpr PeerId untrusted = limits::block_askers - 1;
    Download download(headers, untrusted + 3);
    download.add_peer(untrusted + 2, BlockDownload::Keeps::all, true);
    download.peer_has(untrusted + 2, headers.at(1));
    download.delivered_valid_block(untrusted + 3);
    auto now = start;
    for (PeerId peer = 1; peer <= untrusted; ++peer, now += limits::stall_timeout)
        CHECK(download.take(peer, now) == range(1, 1));
    CHECK(download.take(untrusted + 1, now).empty());
    CHECK(download.take(untrusted + 2, now - 1ms).empty());
    CHECK(download.take(untrusted + 2, now) == range(1, 1));
    CHECK(download.take(untrusted + 3, now + limits::stall_timeout).empty());
}

TEST_CASE("a peer that has been silent for long does not prevent requests to others",
          "[sync][limits]") {
    const Headers headers(1);
    Download download(headers, 4);
    CHECK(download.take(1) == range(1, 1));
    CHECK(download.take(2, start + 2s) == range(1, 1));
    CHECK(download.take(3, start + limits::block_asker_timeout - 1ms).empty());
    CHECK(download.take(3, start + limits::block_asker_timeout) == range(1, 1));
    CHECK(download.take(4, start + 12s) == range(1, 1));
    // The first peer may still send it.
    CHECK(download.arrived(1, headers.at(1).hash, start + 13s));
}

TEST_CASE("a peer that does not have a block is not asked for it again, and still stalls",
          "[sync]") {
    const Headers headers(1);
    Download download(headers, 2);
    CHECK(download.take(1) == range(1, 1));
    download.not_found(1, headers.at(1).hash, start);
    CHECK(download.take(1, start + 60s).empty());
    CHECK(download.take(2, start + 60s) == range(1, 1));
}

TEST_CASE("a block is requested from the peer that announces it, whatever else it has announced",
          "[sync]") {
    Headers headers(3);
    headers.store(1);
    // Another branch, with more work, that the peer does not send.
    std::vector<chain::BlockEntry*> branch{&headers.at(0)};
    for (std::uint32_t i = 1; i <= 5; ++i) {
        BlockHeader header = headers.params.genesis->header;
        header.previous = branch.back()->hash;
        header.time += 1000 + i;
        branch.push_back(&headers.index.insert(header, header.hash()));
    }
    Download download(headers, 1);
    download.peer_has(1, *branch.back());
    CHECK(download.take(1) == range(1, 5));
    const auto asked = download.take_announced(1, headers.at(2), headers.view(), start);
    REQUIRE(asked.size() == 1);
    CHECK(asked[0] == &headers.at(2));
    // Not twice, not stored blocks, not blocks with less work than the tip.
    CHECK(download.take_announced(1, headers.at(2), headers.view(), start).empty());
    CHECK(download.take_announced(1, headers.at(1), headers.view(), start).empty());
    headers.store(3);
    CHECK(download.take_announced(1, *branch[2], headers.view(), start).empty());
}

TEST_CASE("an announcement with many missing blocks is left to the normal download",
          "[sync][limits]") {
    const Headers headers(per_peer + 1);
    Download download(headers, 1);
    const auto announce = [&](Height height) {
        return heights(download.take_announced(1, headers.at(height), headers.view(), start));
    };
    CHECK(announce(per_peer + 1).empty());
    CHECK(announce(per_peer) == range(1, per_peer));
}

TEST_CASE("pruned blocks are requested again unless they are on our chain", "[sync]") {
    Headers headers(3);
    headers.store(1);
    headers.at(1).status = 0;
    headers.at(1).tx_count = 1;  // pruned
    headers.at(2).tx_count = 1;  // pruned, off our chain
    Download download(headers, 1);
    CHECK(download.take(1) == range(2, 3));
}

TEST_CASE("a peer that keeps recent blocks is asked for old ones only if no other peer has them",
          "[sync]") {
    const Headers headers(300);
    using Keeps = BlockDownload::Keeps;
    BlockDownload recent_only({U256{}, 600s});
    recent_only.add_peer(1, Keeps::recent);
    BlockDownload recent_and_more({U256{}, 600s});
    recent_and_more.add_peer(1, Keeps::recent_and_more);
    for (auto* download : {&recent_only, &recent_and_more})
        download->peer_has(1, *headers.entries.back());
    CHECK(heights(recent_only.take_requests(1, headers.view(), start)) == range(12, 27));
    CHECK(heights(recent_and_more.take_requests(1, headers.view(), start)) == range(1, 16));
    // Once per block and connection.
    recent_and_more.not_found(1, headers.at(1).hash, start);
    CHECK(heights(recent_and_more.take_requests(1, headers.view(), start + 3600s)) ==
          range(17, 17));
    BlockDownload shared({U256{}, 600s});
    shared.add_peer(1, Keeps::recent_and_more);
    shared.add_peer(2, Keeps::all);
    for (PeerId peer : {1, 2})
        shared.peer_has(peer, *headers.entries.back());
    CHECK(heights(shared.take_requests(1, headers.view(), start)) == range(12, 27));
    CHECK(heights(shared.take_requests(2, headers.view(), start)).front() == 1);
}

TEST_CASE("a block is not requested again while it is checked, but after a bad copy", "[sync]") {
    const Headers headers(1);
    Download download(headers);
    CHECK(download.take(1) == range(1, 1));
    CHECK(download.arrived(1, headers.at(1).hash, start));
    CHECK(download.take(2).empty());
    download.copy_rejected(headers.at(1).hash);
    CHECK(download.take(2) == range(1, 1));
}

TEST_CASE("a bad copy from one peer does not end the request to another", "[sync]") {
    const Headers headers(1);
    Download download(headers);
    CHECK(download.take(1) == range(1, 1));
    CHECK_FALSE(download.arrived(2, headers.at(1).hash, start));
    download.copy_rejected(headers.at(1).hash);
    CHECK(download.in_flight(1) == range(1, 1));
    CHECK(download.is_requested(headers.at(1).hash));
}

TEST_CASE("a block that came from another peer ends the open request", "[sync]") {
    const Headers headers(1);
    Download download(headers);
    CHECK(download.take(1) == range(1, 1));
    download.arrive(2, 1);
    CHECK(download.in_flight(1).empty());
    CHECK_FALSE(download.is_requested(headers.at(1).hash));
}

TEST_CASE("after notfound the next peer is asked at once", "[sync]") {
    const Headers headers(1);
    Download download(headers);
    CHECK(download.take(1) == range(1, 1));
    download.not_found(1, headers.at(1).hash, start);
    CHECK(download.take(2) == range(1, 1));
}

TEST_CASE("a peer that stalls the whole window is named after the stall timeout",
          "[sync][limits]") {
    const Headers headers(1'100);
    Download download(headers, 65);
    for (PeerId peer = 1; peer <= 64; ++peer)
        (void)download.take(peer);
    // All blocks have arrived except those requested from peer 1.
    for (Height height = 17; height <= 1'024; ++height)
        download.arrive((height - 1) / 16 + 1, height);
    CHECK(download.take(65).empty());
    CHECK(download.stallers(start + limits::stall_timeout - 1ms).empty());
    CHECK(download.stallers(start + limits::stall_timeout) == std::vector<PeerId>{1});
    // Others get more time after that, until blocks are connected again.
    CHECK(download.stall_timeout() == 2 * limits::stall_timeout);
    for (int i = 0; i < 10; ++i)
        download.progressed();
    CHECK(download.stall_timeout() == limits::stall_timeout);
}

TEST_CASE("the stall timeout grows up to its bound", "[sync][limits]") {
    const Headers headers(1'100);
    Download download(headers, 65);
    for (PeerId peer = 1; peer <= 64; ++peer)
        (void)download.take(peer);
    for (Height height = 17; height <= 1'024; ++height)
        download.arrive((height - 1) / 16 + 1, height);
    // The peer that is asked for the first blocks stalls the others and is disconnected.
    auto now = start;
    PeerId holder = 1;
    for (int i = 0; i < 8; ++i) {
        CHECK(download.take(65, now).empty());
        now += limits::max_stall_timeout;
        CHECK(download.stallers(now) == std::vector<PeerId>{holder});
        CHECK(download.stall_timeout() <= limits::max_stall_timeout);
        download.peer_gone(holder);
        holder = 100 + i;
        download.add_peer(holder, BlockDownload::Keeps::all);
        download.peer_has(holder, *headers.entries.back());
        CHECK(download.take(holder, now) == range(1, 16));
    }
    CHECK(download.stall_timeout() == limits::max_stall_timeout);
}

TEST_CASE("a peer that sends no requested block is named after a block interval", "[sync]") {
    const Headers headers(100);
    Download download(headers);
    (void)download.take(1);
    CHECK(download.stallers(start + 600s - 1ms).empty());
    CHECK(download.stallers(start + 600s) == std::vector<PeerId>{1});
    (void)download.take(2);
    // Half an interval more for each other peer that shares the connection.
    CHECK(download.stallers(start + 900s - 1ms).empty());
    CHECK(download.stallers(start + 900s).size() == 2);
    download.restart_timeouts(1, start + 900s);
    CHECK(download.stallers(start + 900s) == std::vector<PeerId>{2});
}

TEST_CASE("a peer that we do not read from does not prevent requests to others", "[sync]") {
    const Headers headers(1);
    Download download(headers, 2);
    CHECK(download.take(1) == range(1, 1));
    // It requests old blocks and reads them slowly, so we do not read from it.
    for (auto now = start; now < start + 2s; now += 100ms)
        download.restart_timeouts(1, now);
    CHECK(download.take(2, start + 2s) == range(1, 1));
}

TEST_CASE("a peer that answered notfound does not stall when it is asked again", "[sync]") {
    Headers headers(limits::block_window + 2);
    Download download(headers, 2);
    CHECK(download.take(1) == range(1, 16));
    for (Height height = 2; height <= 16; ++height)
        download.arrive(1, height);
    for (Height first = 17; first <= limits::block_window + 1; first += 16)
        for (const auto height : download.take(2))
            download.arrive(2, height);
    CHECK(download.take(2).empty());  // the window ends: the first peer stalls it
    download.not_found(1, headers.at(1).hash, start);
    download.arrive(2, 1);
    headers.store(limits::block_window + 1);
    CHECK_FALSE(download.take(1, start + 3600s).empty());
    CHECK(download.stallers(start + 3600s).empty());
}

TEST_CASE("after notfound a block is requested again after a time or an announcement", "[sync]") {
    const Headers headers(2);
    Download download(headers, 1);
    CHECK(download.take(1) == range(1, 2));
    download.not_found(1, headers.at(1).hash, start);
    download.not_found(1, headers.at(2).hash, start);
    CHECK(download.take(1, start + limits::not_here_age - 1ms).empty());
    SECTION("time") {
        CHECK(download.take(1, start + limits::not_here_age) == range(1, 2));
    }
    SECTION("an announcement") {
        const auto asked = download.take_announced(1, headers.at(2), headers.view(), start + 60s);
        CHECK(heights(asked) == range(1, 2));
    }
}
