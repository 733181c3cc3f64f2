#include <daler/primitives/chain_params.h>
#include <sync/block_download.h>

#include <algorithm>
#include <cstdlib>

using namespace daler;
using namespace daler::sync;

namespace {

constexpr PeerId peers = 6;
constexpr std::uint32_t branch_length = 40;

void require(bool holds) {
    if (!holds) std::abort();
}

/// Two branches of headers on genesis. The first one is known from the start.
struct Tree {
    Tree() {
        auto& genesis = index.insert(params.genesis->header, params.genesis_hash);
        genesis.status = chain::has_data;
        genesis.chain_tx_count = 1;
        for (std::uint32_t branch = 0; branch < 2; ++branch) {
            auto* last = &genesis;
            for (std::uint32_t i = 1; i <= branch_length; ++i) {
                BlockHeader header = params.genesis->header;
                header.previous = last->hash;
                header.time += i;
                header.nonce = branch;
                last = &index.insert(header, header.hash());
                entries.push_back(last);
            }
        }
        tip = &genesis;
    }
    /// Marks the block as stored, and makes it the tip if it connects and has more work.
    void store(chain::BlockEntry& entry) {
        entry.status = entry.status | chain::has_data;
        entry.tx_count = 1;
        for (auto* block : entries) {  // parents come before their children
            if (!block->has(chain::has_data) || block->previous->chain_tx_count == 0) continue;
            block->chain_tx_count = static_cast<std::uint64_t>(block->height) + 1;
            if (block->chainwork > tip->chainwork) tip = block;
        }
    }
    void fail(const chain::BlockEntry& entry) {
        if (entry.is_ancestor_of(*tip)) return;
        for (auto* block : entries)
            if (entry.is_ancestor_of(*block)) block->status = block->status | chain::failed;
    }
    [[nodiscard]] chain::ChainView view() const {
        return {*tip, *entries[branch_length - 1], false};
    }

    ChainParams params = regtest_params();
    chain::BlockIndex index;
    std::vector<chain::BlockEntry*> entries;
    const chain::BlockEntry* tip = nullptr;
};

/// The requested blocks are not stored, are within the peer's limit, and are recorded as requested.
void check_requests(const BlockDownload& download, PeerId peer,
                    const std::vector<const chain::BlockEntry*>& asked) {
    for (const auto* block : asked) {
        require(!block->has(chain::has_data));
        require(!block->is_failed());
        require(download.is_requested(block->hash));
    }
    require(download.in_flight(peer).size() <= wire::limits::blocks_in_flight);
}

}  // namespace

// Random announcements, blocks and refusals of peers: no peer is asked for a stored block or for
// more than its limit, and no block is recorded as requested after the peers have disconnected.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Tree tree;
    BlockDownload download({U256{}, std::chrono::seconds(600)});
    Time now{std::chrono::seconds(1'000'000)};
    ByteReader reader({data, size});
    while (reader.remaining().size() >= 4) {
        const auto event = reader.u8();
        const PeerId peer = 1 + reader.u8() % peers;
        auto& entry = *tree.entries[reader.u8() % tree.entries.size()];
        now += std::chrono::milliseconds(reader.u8() * 100);
        switch (event % 12) {
            case 0:
                download.peer_gone(peer);
                download.add_peer(peer, static_cast<BlockDownload::Keeps>(event / 12 % 3),
                                  event >= 128);
                break;
            case 1:
                download.peer_has(peer, entry);
                break;
            case 2:
            case 3:
                check_requests(download, peer, download.take_requests(peer, tree.view(), now));
                break;
            case 4:
                check_requests(download, peer,
                               download.take_announced(peer, entry, tree.view(), now));
                break;
            case 5:
                (void)download.arrived(peer, entry.hash, now);
                tree.store(entry);
                download.settled(entry.hash);
                download.delivered_valid_block(peer);
                download.progressed();
                break;
            case 6:
                (void)download.arrived(peer, entry.hash, now);
                break;
            case 7:
                download.copy_rejected(entry.hash);
                break;
            case 8:
                download.not_found(peer, entry.hash, now);
                break;
            case 9:
                download.restart_timeouts(peer, now);
                break;
            case 10:
                for (const auto slow : download.stallers(now))
                    download.peer_gone(slow);
                break;
            case 11:
                if (event >= 240) tree.fail(entry);
                download.settled(entry.hash);
                break;
        }
    }
    for (PeerId peer = 1; peer <= peers; ++peer)
        download.peer_gone(peer);
    for (const auto* entry : tree.entries)
        download.settled(entry->hash);
    require(!download.is_busy());
    return 0;
}
