#include "block_exchange.h"

#include "offload.h"

#include <daler/consensus/header_rules.h>
#include <daler/util/storage_error.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace daler::sync {
namespace {

/// Blocks off the best chain are served if they are at most this old: enough for reorganisations.
constexpr std::chrono::hours stale_block_age{30 * 24};

}  // namespace

void BlockExchange::request(Peer& peer) {
    // Without witnesses blocks cannot be checked.
    const bool has_blocks =
        (peer.services & (wire::service::network | wire::service::network_limited)) != 0 &&
        (peer.services & wire::service::witness) != 0;
    if (!peer.is_ready() || !has_blocks) return;
    wire::GetData message;
    for (const auto* block : download_.take_requests(peer.id, *context_.view(), context_.now())) {
        message.items.push_back({wire::InventoryType::witness_block, block->hash.as<Hash256>()});
    }
    if (!message.items.empty()) peer.send(message);
}

void BlockExchange::tick() {
    const auto now = context_.now();
    for (const auto& [id, peer] : context_.peers) {
        if (!peer->is_reading) download_.excuse(id, now);
        request(*peer);
    }
    for (const auto id : download_.stallers(now)) {
        const auto found = context_.peers.find(id);
        if (found == context_.peers.end()) continue;
        log::debug(log::Category::net, "{} does not send its blocks", label(*found->second));
        found->second->connection->close();
    }
}

/// Whether a block that we did not ask for is worth a look. What is false here costs an attacker
/// nothing to make.
bool BlockExchange::is_wanted(Peer& peer, const Block& block, const BlockHash& hash) {
    const auto* entry = context_.find(hash);
    if (entry && entry->has(chain::has_data)) return false;
    const auto* parent = context_.find(block.header.previous);
    if (!parent) {
        // It may follow one that came just before and waits for its verdict; the ledger will tell.
        if (peer.open_blocks > 0) return true;
        misbehaviour_.punish(peer, "block whose parent is unknown");
        return false;
    }
    const auto view = context_.view();
    const auto work = parent->chainwork + consensus::work_of(block.header.bits);
    return work >= view->tip().chainwork && work >= headers_.work_gate() &&
           parent->height < view->height() + limits::unrequested_block_distance;
}

void BlockExchange::on_block(const PeerRef& peer, BlockRef block, std::size_t size) {
    const auto hash = block->header.hash();
    const bool was_asked = download_.arrived(peer->id, hash, context_.now());
    if (!consensus::check_header(block->header, hash, context_.params)) {
        download_.spoiled(hash);
        misbehaviour_.punish(*peer, "block without proof of work");
        return;
    }
    if (!was_asked && !is_wanted(*peer, *block, hash)) {
        download_.spoiled(hash);
        if (const auto* entry = context_.find(hash)) download_.peer_has(peer->id, *entry);
        return;
    }
    ++peer->open_blocks;
    peer->open_block_bytes += size;
    asio::co_spawn(context_.executor, submit(peer, std::move(block), hash, size), asio::detached);
}

asio::awaitable<void> BlockExchange::submit(PeerRef peer, BlockRef block, BlockHash hash,
                                            std::size_t size) {
    try {
        const auto submitted = co_await context_.ledger.submit(std::move(block));
        conclude(*peer, submitted, hash);
    } catch (const StorageError&) {
        // The ledger has reported it; the node is about to stop.
        download_.spoiled(hash);
        peer->connection->close();
    }
    --peer->open_blocks;
    peer->open_block_bytes -= size;
    peer->verdicts.notify();
    request(*peer);
}

void BlockExchange::conclude(Peer& peer, const chain::Submitted& submitted, const BlockHash& hash) {
    if (!submitted.verdict) return judge(peer, submitted.verdict.error(), hash);
    download_.settled(hash);
    download_.progressed();
    if (submitted.entry) download_.peer_has(peer.id, *submitted.entry);
    if (submitted.is_new) peer.last_block = context_.clock.now();
}

void BlockExchange::judge(Peer& peer, const consensus::Rejection& rejection,
                          const BlockHash& hash) {
    log::debug(log::Category::net, "{}: block {} refused: {}", label(peer), hash.to_hex(),
               to_text(rejection));
    switch (blame(rejection.reason)) {
        case consensus::Blame::mutated:
            // Only this copy is bad. Whoever else was asked for the block may still send it.
            download_.spoiled(hash);
            misbehaviour_.punish(peer, to_text(rejection));
            break;
        case consensus::Blame::invalid: {
            download_.settled(hash);
            const bool was_known = rejection.reason == consensus::Reason::duplicate_invalid ||
                                   rejection.reason == consensus::Reason::bad_previous;
            if (!was_known || !peer.is_inbound()) misbehaviour_.punish(peer, to_text(rejection));
            break;
        }
        case consensus::Blame::later:
        case consensus::Blame::policy:
            download_.spoiled(hash);
            break;
    }
}

/// Blocks of the best chain, and recent ones off it that were valid once.
bool BlockExchange::is_served(const chain::BlockEntry& entry) const {
    const auto view = context_.view();
    if (view->contains(entry)) return true;
    return entry.has(chain::was_connected) &&
           view->best_header().header.block_time() - entry.header.block_time() < stale_block_age;
}

namespace {

/// The stored bytes, without witnesses if so wished. Any thread.
Bytes stored_bytes(const chain::Chainstate& chain, const chain::BlockEntry& entry, bool witness) {
    if (witness) return chain.read_block_bytes(entry);
    const auto block = chain.read_block(entry);
    return block ? encode(*block, WitnessMode::exclude) : Bytes{};
}

asio::awaitable<Bytes> read_stored(ThreadPool& workers, const chain::Chainstate& chain,
                                   const chain::BlockEntry& entry, bool witness) {
    auto work = [&chain, &entry, witness] { return stored_bytes(chain, entry, witness); };
    return offload(workers, std::move(work));
}

}  // namespace

asio::awaitable<void> BlockExchange::serve(PeerRef peer, wire::InventoryItem item) {
    const auto hash = item.hash.as<BlockHash>();
    const auto* entry = context_.find(hash);
    Bytes bytes;
    if (entry && entry->has(chain::has_data) && is_served(*entry)) {
        const bool witness = item.type != wire::InventoryType::block;
        bytes = co_await read_stored(context_.workers, context_.ledger.chain(), *entry, witness);
    }
    if (bytes.empty()) {
        wire::NotFound answer;
        answer.items.push_back(item);
        peer->send(answer);
        co_return;
    }
    peer->connection->send(wire::BlockMessage::command, std::move(bytes));
    if (hash == peer->continue_at) {
        peer->continue_at = {};
        wire::Inventory tip;
        tip.items.push_back(
            {wire::InventoryType::block, context_.view()->tip().hash.as<Hash256>()});
        peer->send(tip);
    }
}

bool BlockExchange::has_header(const Peer& peer, const chain::BlockEntry& entry) const {
    const auto* best = download_.best_known(peer.id);
    return (best && entry.is_ancestor_of(*best)) ||
           (peer.best_header_sent && entry.is_ancestor_of(*peer.best_header_sent));
}

void BlockExchange::announce_to(Peer& peer, const std::vector<const chain::BlockEntry*>& blocks) {
    const auto& tip = *blocks.back();
    const auto* best = download_.best_known(peer.id);
    if (best && tip.is_ancestor_of(*best)) return;
    const auto first = std::ranges::find_if(
        blocks, [&](const chain::BlockEntry* block) { return !has_header(peer, *block); });
    if (first == blocks.end()) return;
    const bool connects = (*first)->previous && has_header(peer, *(*first)->previous);
    if (peer.wants_headers && connects && blocks.size() <= limits::headers_to_announce) {
        wire::Headers message;
        for (auto each = first; each != blocks.end(); ++each) {
            message.headers.push_back((*each)->header);
        }
        peer.best_header_sent = &tip;
        peer.send(message);
        return;
    }
    wire::Inventory message;
    message.items.push_back({wire::InventoryType::block, tip.hash.as<Hash256>()});
    peer.send(message);
}

void BlockExchange::announce_tip(const chain::ChainView& view) {
    const auto* previous = std::exchange(last_tip_, &view.tip());
    if (context_.is_catching_up() || previous == &view.tip()) return;
    // From the fork up, but never more than makes sense to announce one by one.
    std::vector<const chain::BlockEntry*> blocks;
    const auto* fork = previous ? chain::last_common_ancestor(previous, &view.tip()) : nullptr;
    for (const auto* block = &view.tip(); block && block != fork; block = block->previous) {
        blocks.push_back(block);
        if (blocks.size() > limits::headers_to_announce) break;
    }
    if (blocks.empty()) return;  // the tip went back, as invalidateblock makes it
    std::ranges::reverse(blocks);
    for (const auto& [id, peer] : context_.peers) {
        if (peer->is_ready()) announce_to(*peer, blocks);
    }
}

}  // namespace daler::sync
