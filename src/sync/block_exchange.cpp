#include "block_exchange.h"

#include "offload.h"
#include "visibility.h"

#include <daler/consensus/header_rules.h>
#include <daler/util/storage_error.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace daler::sync {
namespace {

/// Blocks without witnesses cannot be checked.
bool has_witnesses(const Peer& peer) {
    return (peer.services & wire::service::witness) != 0;
}

}  // namespace

void BlockExchange::request(Peer& peer) {
    const bool has_blocks =
        (peer.services & (wire::service::network | wire::service::network_limited)) != 0;
    if (!peer.is_ready() || !has_blocks || !has_witnesses(peer)) return;
    ask(peer, download_.take_requests(peer.id, *context_.view(), context_.now()));
}

void BlockExchange::fetch_announced(Peer& peer, const chain::BlockEntry& last) {
    // A peer has the blocks that it announces, also if it does not offer blocks in general.
    if (!peer.is_ready() || !has_witnesses(peer)) return;
    ask(peer, download_.take_announced(peer.id, last, *context_.view(), context_.now()));
}

Result<void, std::string> BlockExchange::fetch_wanted(Peer& peer, const chain::BlockEntry& entry) {
    if (!has_witnesses(peer)) return fail(std::string("Pre-SegWit peer"));
    if (!peer.is_ready()) return fail(std::string("Peer not fully connected"));
    if (!download_.take_wanted(peer.id, entry, context_.now()))
        return fail(std::string("Already requested from this peer"));
    ask(peer, {&entry});
    return {};
}

void BlockExchange::ask(Peer& peer, const std::vector<const chain::BlockEntry*>& blocks) {
    wire::GetData message;
    for (const auto* block : blocks)
        message.items.push_back({wire::InventoryType::witness_block, block->hash.as<Hash256>()});
    if (!message.items.empty()) peer.send(message);
}

void BlockExchange::tick() {
    const auto now = context_.now();
    // In random order, so that not always the same peer is asked first.
    std::vector<PeerRef> peers;
    for (const auto& [id, peer] : context_.peers)
        peers.push_back(peer);
    std::ranges::shuffle(peers, context_.random);
    for (const auto& peer : peers) {
        if (!peer->is_reading) download_.restart_timeouts(peer->id, now);
        request(*peer);
    }
    look_for_sources();
    for (const auto id : download_.stallers(now)) {
        const auto found = context_.peers.find(id);
        if (found == context_.peers.end()) continue;
        log::debug(log::Category::net, "{} does not send its blocks", label(*found->second));
        found->second->connection->close();
    }
}

void BlockExchange::look_for_sources() {
    const auto view = context_.view();
    const bool is_waiting = view->best_header().chainwork > view->tip().chainwork &&
                            !download_.is_busy() && !context_.peers.empty();
    if (!is_waiting)
        lacking_since_.reset();
    else if (!lacking_since_)
        lacking_since_ = context_.now();
    lacks_source_ =
        lacking_since_ && context_.now() - *lacking_since_ >= limits::lacking_blocks_delay;
}

/// What to do with a block that was not requested. It is dropped if an attacker could make it at no
/// cost.
BlockExchange::Action BlockExchange::action_for(Peer& peer, const Block& block,
                                                const BlockHash& hash) {
    const auto* entry = context_.find(hash);
    const auto view = context_.view();
    if (entry && (entry->has(chain::has_data) || (entry->is_pruned() && view->contains(*entry))))
        return Action::drop;
    const auto* parent = context_.find(block.header.previous);
    if (!parent) {
        // Its parent may be waiting for its verdict; then the ledger decides.
        if (peer.open_blocks > 0) return Action::submit;
        misbehaviour_.punish(peer, "block whose parent is unknown");
        return Action::drop;
    }
    const auto work = parent->chainwork + consensus::work_of(block.header.bits);
    if (work < headers_.work_gate()) return Action::drop;
    const bool is_near = parent->height < view->height() + limits::unrequested_block_distance;
    return work >= view->tip().chainwork && is_near ? Action::submit : Action::store_header;
}

void BlockExchange::on_block(const PeerRef& peer, BlockRef block, std::size_t size) {
    const auto hash = block->header.hash();
    const bool without_header = std::erase(peer->asked_without_headers, hash) > 0;
    const bool was_asked = download_.arrived(peer->id, hash, context_.now()) || without_header;
    // We request blocks whose parents we know. This one was forgotten since.
    const bool is_late = was_asked && !without_header && !context_.find(block->header.previous);
    auto action = Action::drop;
    if (!consensus::check_header(block->header, hash, context_.params))
        misbehaviour_.punish(*peer, "block without proof of work");
    else if (!is_late)
        action = was_asked ? Action::submit : action_for(*peer, *block, hash);
    if (action == Action::drop) {
        download_.copy_rejected(hash);
        if (const auto* entry = context_.find(hash)) download_.peer_has(peer->id, *entry);
        return;
    }
    ++peer->open_blocks;
    peer->open_block_bytes += size;
    if (action == Action::submit) {
        asio::co_spawn(context_.executor, submit(peer, std::move(block), hash, size),
                       asio::detached);
    } else {
        asio::co_spawn(context_.executor, submit_header(peer, block->header, hash, size),
                       asio::detached);
    }
}

asio::awaitable<void> BlockExchange::submit_header(PeerRef peer, BlockHeader header, BlockHash hash,
                                                   std::size_t size) {
    download_.copy_rejected(hash);
    wire::Headers message;
    message.headers.push_back(header);
    try {
        co_await headers_.on_headers(peer, std::move(message));
    } catch (const StorageError&) {
        peer->connection->close();
    }
    verdict_given(*peer, size);
}

asio::awaitable<void> BlockExchange::submit(PeerRef peer, BlockRef block, BlockHash hash,
                                            std::size_t size) {
    const auto* parent = context_.find(block->header.previous);
    try {
        const auto header = block->header;
        const auto submitted = co_await context_.ledger.submit(std::move(block));
        if (parent && parent->is_forgotten())
            download_.copy_rejected(hash);
        else
            conclude(*peer, submitted, hash);
        if (!submitted.verdict &&
            submitted.verdict.error().reason == consensus::Reason::time_too_new)
            headers_.refused_as_future(*peer, header);
    } catch (const StorageError&) {
        // The ledger has reported it; the node is about to stop.
        download_.copy_rejected(hash);
        peer->connection->close();
    }
    verdict_given(*peer, size);
}

void BlockExchange::verdict_given(Peer& peer, std::size_t size) {
    --peer.open_blocks;
    peer.open_block_bytes -= size;
    peer.verdicts.notify();
    request(peer);
}

void BlockExchange::conclude(Peer& peer, const chain::Submitted& submitted, const BlockHash& hash) {
    if (!submitted.verdict) return judge(peer, submitted.verdict.error(), hash);
    download_.settled(hash);
    download_.progressed();
    if (submitted.entry) download_.peer_has(peer.id, *submitted.entry);
    // If headers are stored only with their blocks, request the next headers now.
    const bool is_its_last = submitted.entry && download_.best_known(peer.id) == submitted.entry;
    if (peer.waits_for_blocks && peer.asked_without_headers.empty() && is_its_last)
        headers_.request(peer, *submitted.entry);
    if (!submitted.is_new) return;
    peer.last_block = context_.clock.now();
    if (submitted.was_connected)
        download_.delivered_valid_block(peer.id);
    else
        unproven_.remember(*submitted.entry, peer.id);
}

void BlockExchange::block_refused(const chain::BlockEntry& entry,
                                  const consensus::Rejection& rejection) {
    const auto sender = unproven_.take(entry);
    if (!sender) return;
    const auto peer = context_.peers.find(*sender);
    if (peer != context_.peers.end()) judge(*peer->second, rejection, entry.hash);
}

void BlockExchange::blocks_forgotten() {
    const auto view = context_.view();
    download_.blocks_forgotten();
    for (const auto& [id, peer] : context_.peers) {
        if (peer->best_header_sent) peer->best_header_sent = &peer->best_header_sent->still_known();
        peer->presync.reset();
        peer->unconnected_headers = 0;
        if (peer->is_ready()) headers_.request(*peer, view->best_header());
    }
}

void BlockExchange::judge(Peer& peer, const consensus::Rejection& rejection,
                          const BlockHash& hash) {
    misbehaviour_.refuse(peer, "block " + hash.to_hex(), rejection);
    switch (blame(rejection.reason)) {
        case consensus::Blame::mutated:
            // Only this copy is bad. Other peers may still send a good one.
            download_.copy_rejected(hash);
            misbehaviour_.punish(peer, to_text(rejection));
            break;
        case consensus::Blame::invalid: {
            download_.settled(hash);
            if (is_to_blame(peer, rejection)) misbehaviour_.punish(peer, to_text(rejection));
            break;
        }
        case consensus::Blame::later:
        case consensus::Blame::policy:
            download_.copy_rejected(hash);
            // We request only blocks whose parent is known: this one was not requested.
            if (rejection.reason == consensus::Reason::previous_not_found)
                misbehaviour_.punish(peer, to_text(rejection));
            break;
    }
}

/// True if `peer` should know that a pruned node may not have this block (BIP 159). Stored and
/// deleted blocks are treated alike, so that peers do not learn which ones we have.
bool BlockExchange::is_beyond_promise(const Peer& peer, const chain::BlockEntry& entry) const {
    if (!context_.options.pruned || peer.may(permission_noban)) return false;
    // On a private chain there may be no other source, so blocks that are still stored are served.
    if (context_.skips_delays()) return false;
    // One or two blocks may have arrived while the request was being sent.
    constexpr Height slack = 2;
    return context_.view()->height() - entry.height > limits::limited_peer_blocks + slack;
}

namespace {

/// The stored bytes, without witnesses if `witness` is false. Any thread.
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
    if (entry && is_beyond_promise(*peer, *entry)) {
        log::debug(log::Category::net, "{} asks for a block that was pruned", label(*peer));
        peer->connection->close();
        co_return;
    }
    if (entry && entry->has(chain::has_data) && is_shown(context_, *entry)) {
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
        for (auto each = first; each != blocks.end(); ++each)
            message.headers.push_back((*each)->header);
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
    // From the fork up, but only a few more than are announced one by one.
    std::vector<const chain::BlockEntry*> blocks;
    const auto* fork = previous ? chain::last_common_ancestor(previous, &view.tip()) : nullptr;
    for (const auto* block = &view.tip(); block && block != fork; block = block->previous) {
        blocks.push_back(block);
        if (blocks.size() > limits::headers_to_announce) break;
    }
    if (blocks.empty()) return;  // the tip went back, for example after invalidateblock
    std::ranges::reverse(blocks);
    for (const auto& [id, peer] : context_.peers)
        if (peer->is_ready()) announce_to(*peer, blocks);
}

}  // namespace daler::sync
