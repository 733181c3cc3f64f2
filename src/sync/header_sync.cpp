#include "header_sync.h"
#include "visibility.h"

#include <daler/consensus/header_rules.h>
#include <daler/primitives/chain_params.h>
#include <daler/util/time_text.h>

namespace daler::sync {
namespace {

/// If the best header is younger than this, we are not far behind.
constexpr std::chrono::hours current_age{24};

}  // namespace

bool HeaderSync::is_current() const {
    return context_.skips_delays() ||
           context_.clock.chain_now() - context_.view()->best_header().header.block_time() <
               current_age;
}

void HeaderSync::start(Peer& peer) {
    if (!is_current()) {
        // While far behind, headers of one peer are enough; if it fails, another one is asked.
        if (sync_peer_) return;
        sync_peer_ = peer.id;
        sync_started_ = context_.now();
    }
    const auto& best = context_.view()->best_header();
    // From the parent of the best header, so that a peer at the same height sends its tip, too.
    request(peer, best.previous ? *best.previous : best);
}

void HeaderSync::peer_gone(const Peer& peer) {
    if (sync_peer_ != peer.id) return;
    sync_peer_.reset();
    for (const auto& [id, other] : context_.peers)
        if (id != peer.id && other->is_ready() && !sync_peer_) start(*other);
}

/// The chain of one peer does not bring us up to date: another peer may know more.
void HeaderSync::headers_ended(Peer& peer) {
    peer.headers_ended = true;
    if (sync_peer_ != peer.id || is_current()) return;
    sync_peer_.reset();
    const auto next = std::ranges::find_if(context_.peers, [](const auto& other) {
        return other.second->is_ready() && !other.second->headers_ended;
    });
    if (next != context_.peers.end()) start(*next->second);
}

void HeaderSync::tick() {
    if (!is_full()) {
        for (const auto& [id, peer] : context_.peers) {
            if (!std::exchange(peer->waits_for_blocks, false) || !peer->is_ready()) continue;
            request(*peer, context_.view()->best_header());
        }
    }
    ask_again_for_future_headers();
    if (!sync_peer_) return;
    const auto found = context_.peers.find(*sync_peer_);
    if (found == context_.peers.end()) {
        sync_peer_.reset();
        return;
    }
    if (is_current()) {
        // Not far behind any more: from now on request headers from all peers.
        sync_peer_.reset();
        for (const auto& [id, peer] : context_.peers)
            if (peer->is_ready()) start(*peer);
        return;
    }
    auto& peer = *found->second;
    if (!peer.is_reading || !peer.headers_asked_at) sync_started_ = context_.now();
    if (context_.now() - sync_started_ < limits::headers_sync_timeout) return;
    log::debug(log::Category::net, "{} does not send its headers", label(peer));
    if (peer.may(permission_noban) || peer.is_manual())
        peer_gone(peer);
    else
        peer.connection->close();
}

/// A header from the future is not remembered. When its time has come, it is requested again.
void HeaderSync::ask_again_for_future_headers() {
    const auto latest = context_.clock.chain_now() + consensus::max_future_block_time;
    for (const auto& [id, peer] : context_.peers) {
        if (!peer->future_header || *peer->future_header > latest || !peer->is_ready()) continue;
        peer->future_header.reset();
        request(*peer, context_.view()->best_header());
    }
}

void HeaderSync::refused_as_future(Peer& peer, const BlockHeader& header) {
    const auto time = header.block_time();
    if (peer.future_header) {
        peer.future_header = std::min(*peer.future_header, time);
        return;
    }
    peer.future_header = time;
    const auto* const advice =
        context_.params.is_public()
            ? "Check the date and time of this computer."
            : "If chain time was moved on other nodes, move it on this one, too (settime).";
    log::info(
        "{}: block {} is refused for now: its time {} is more than two hours after {}, the "
        "time here. {}",
        label(peer), header.hash().to_hex(), time_text(time), time_text(context_.clock.chain_now()),
        advice);
}

void HeaderSync::send_request(Peer& peer, std::vector<BlockHash> locator) {
    peer.headers_asked_at = context_.now();
    wire::GetHeaders message;
    message.locator = std::move(locator);
    peer.send(message);
}

void HeaderSync::request(Peer& peer, const chain::BlockEntry& from) {
    const auto asked = peer.headers_asked_at;
    if (asked && context_.now() - *asked < limits::headers_response_time) return;
    send_request(peer, chain::ChainView::locator_from(from));
}

const chain::BlockEntry* HeaderSync::peer_announced(Peer& peer, const BlockHash& hash) {
    if (const auto* entry = context_.find(hash)) {
        download_.peer_has(peer.id, *entry);
        return entry;
    }
    peer.unknown_block = hash;
    request(peer, context_.view()->best_header());
    return nullptr;
}

U256 HeaderSync::work_gate() const {
    const auto& least = context_.params.minimum_chain_work;
    const auto view = context_.view();
    const auto& tip = view->tip();
    const auto slack = consensus::work_of(tip.header.bits) * limits::anti_dos_blocks;
    const auto near_tip = tip.chainwork > slack ? tip.chainwork - slack : U256{};
    return std::max(least, near_tip);
}

/// Checks headers without their chain. This is cheap, so it comes first.
bool HeaderSync::check_alone(Peer& peer, const std::vector<BlockHeader>& headers) {
    BlockHash previous = headers.front().previous;
    for (const auto& header : headers) {
        if (header.previous != previous) {
            misbehaviour_.punish(peer, "headers that do not follow each other");
            return false;
        }
        previous = header.hash();
        if (!consensus::check_header(header, previous, context_.params)) {
            misbehaviour_.punish(peer, "header without proof of work");
            return false;
        }
    }
    return true;
}

/// Passes headers to a running presync. True if it released headers for storing.
bool HeaderSync::run_presync(Peer& peer, std::vector<BlockHeader>& headers, bool is_full) {
    auto step = peer.presync->process(headers, is_full);
    headers = std::move(step.release);
    if (step.ok && step.ask_more) send_request(peer, peer.presync->locator());
    if (!step.ok || step.finished) {
        log::debug(log::Category::net, "{}: checking its headers {}", label(peer),
                   step.ok ? "is done" : "has failed");
        peer.presync.reset();
    }
    return !headers.empty();
}

/// Our requests name our first block, so answers of peers with the same one connect to a header
/// that we have, and those of others begin again and again above their own first block. On a
/// private chain such a peer is of no use, and the user should know.
bool HeaderSync::runs_another_chain(Peer& peer, const BlockHash& unknown_parent) {
    constexpr int proof = 3;
    // The peer knows that we had it.
    if (context_.ledger.chain().index().was_forgotten(unknown_parent)) return false;
    const bool is_same = std::exchange(peer.unknown_parent, unknown_parent) == unknown_parent;
    peer.same_unknown_parent = is_same ? peer.same_unknown_parent + 1 : 1;
    if (!context_.skips_delays() || peer.same_unknown_parent < proof) return false;
    misbehaviour_.refuse(
        peer, fmt::format("runs another chain: its headers lead to block {}, which this chain does "
                          "not have, although the messages of both begin with the same bytes",
                          unknown_parent.to_hex()));
    peer.is_foreign = true;
    peer.connection->close();
    return true;
}

/// True if the headers may be stored; starts a presync if they may have enough work later.
bool HeaderSync::passes_gate(Peer& peer, std::vector<BlockHeader>& headers, bool is_full) {
    if (peer.presync) return run_presync(peer, headers, is_full);
    const auto* parent = context_.find(headers.front().previous);
    if (!parent) {
        if (runs_another_chain(peer, headers.front().previous)) return false;
        peer.unknown_block = headers.back().hash();
        // A peer of another chain would always answer with headers that connect to nothing.
        if (++peer.unconnected_headers <= limits::unconnected_headers)
            request(peer, context_.view()->best_header());
        return false;
    }
    peer.unconnected_headers = 0;
    peer.same_unknown_parent = 0;
    if (context_.find(headers.back().hash())) return true;
    auto work = parent->chainwork;
    for (const auto& header : headers)
        work += consensus::work_of(header.bits);
    const auto gate = work_gate();
    if (work >= gate) return true;
    if (!is_full) {
        log::debug(log::Category::net, "{}: its headers have too little work", label(peer));
        return false;
    }
    peer.presync.emplace(context_.params, *parent, gate, context_.clock.chain_now(),
                         context_.random);
    return run_presync(peer, headers, is_full);
}

/// On a private chain headers cost nothing to make. If very many are stored without their blocks,
/// further headers are stored only together with blocks, and are requested again when blocks have
/// arrived.
bool HeaderSync::is_full() const {
    return context_.params.is_private &&
           context_.ledger.chain().headers_without_blocks() >= limits::headers_without_blocks;
}

/// Requests the first of these blocks, if the parent of the first is stored.
void HeaderSync::fetch_without_headers(Peer& peer, const std::vector<BlockHeader>& headers) {
    peer.waits_for_blocks = true;
    const auto* parent = context_.find(headers.front().previous);
    if (!parent || !parent->has(chain::has_data)) return;
    if (!peer.asked_without_headers.empty()) return;  // wait for these first
    wire::GetData message;
    for (const auto& header : headers) {
        if (message.items.size() == limits::blocks_in_flight) break;
        const auto hash = header.hash();
        if (context_.find(hash)) continue;
        peer.asked_without_headers.push_back(hash);
        message.items.push_back({wire::InventoryType::witness_block, hash.as<Hash256>()});
    }
    if (!message.items.empty()) peer.send(message);
}

namespace {

struct AcceptedHeaders {
    const chain::BlockEntry* last = nullptr;
    consensus::Verdict verdict;
    BlockHeader refused;  ///< the one that the verdict is about, if it is a failure
};

/// `may_have_more`: the peer has perhaps not sent its last header.
asio::awaitable<AcceptedHeaders> store_headers(ledger::Ledger& ledger,
                                               std::vector<BlockHeader> headers,
                                               bool may_have_more) {
    auto work = [headers = std::move(headers), may_have_more](ledger::State& state) {
        AcceptedHeaders out;
        for (const auto& header : headers) {
            const chain::BlockEntry* entry = nullptr;
            out.verdict = state.chain.accept_header(header, &entry);
            out.refused = header;
            if (!out.verdict) break;
            out.last = entry;
        }
        if (out.verdict) state.chain.note_peer_headers(!may_have_more);
        return out;
    };
    return ledger.with(std::move(work));
}

}  // namespace

asio::awaitable<const chain::BlockEntry*> HeaderSync::on_headers(PeerRef peer,
                                                                 wire::Headers message) {
    peer->headers_asked_at.reset();
    auto headers = std::move(message.headers);
    if (headers.empty()) {
        peer->presync.reset();
        (void)co_await store_headers(context_.ledger, std::move(headers), false);
        headers_ended(*peer);
        co_return nullptr;
    }
    const bool may_have_more = headers.size() == limits::headers;
    peer->headers_ended = false;
    if (!check_alone(*peer, headers) || !passes_gate(*peer, headers, may_have_more))
        co_return nullptr;
    if (is_full() && !context_.find(headers.back().hash())) {
        fetch_without_headers(*peer, headers);
        co_return nullptr;
    }
    co_return co_await accept(peer, std::move(headers), may_have_more);
}

asio::awaitable<const chain::BlockEntry*> HeaderSync::accept(PeerRef peer,
                                                             std::vector<BlockHeader> headers,
                                                             bool may_have_more) {
    const auto result = co_await store_headers(context_.ledger, std::move(headers), may_have_more);
    if (result.last) download_.peer_has(peer->id, *result.last);
    if (!result.verdict) {
        judge(*peer, result.verdict.error());
        if (result.verdict.error().reason == consensus::Reason::time_too_new)
            refused_as_future(*peer, result.refused);
        co_return result.last;
    }
    if (const auto* entry = context_.find(peer->unknown_block)) {
        download_.peer_has(peer->id, *entry);
        peer->unknown_block = {};
    }
    // A running presync has already sent its own request.
    if (may_have_more && !peer->presync && result.last) request(*peer, *result.last);
    if (!may_have_more) headers_ended(*peer);
    co_return result.last;
}

void HeaderSync::judge(Peer& peer, const consensus::Rejection& rejection) {
    misbehaviour_.refuse(peer, "header", rejection);
    if (is_to_blame(peer, rejection)) misbehaviour_.punish(peer, to_text(rejection));
}

void HeaderSync::on_getheaders(Peer& peer, const wire::GetHeaders& message) {
    const auto view = context_.view();
    wire::Headers answer;
    if (message.locator.empty()) {
        const auto* entry = context_.find(message.stop);
        if (!entry || !is_shown(context_, *entry)) return;
        answer.headers.push_back(entry->header);
        peer.send(answer);
        return;
    }
    // A peer may disconnect us for headers with too little work.
    const bool too_little = view->tip().chainwork < context_.params.minimum_chain_work &&
                            !peer.may(permission_download);
    const auto* entry =
        too_little ? nullptr
                   : view->next(view->find_fork(context_.ledger.chain().index(), message.locator));
    const auto* last = entry;
    while (entry) {
        answer.headers.push_back(entry->header);
        last = entry;
        if (answer.headers.size() >= limits::headers || entry->hash == message.stop) break;
        entry = view->next(*entry);
    }
    if (!too_little) peer.best_header_sent = last ? last : &view->tip();
    peer.send(answer);
}

void HeaderSync::on_getblocks(Peer& peer, const wire::GetBlocks& message) {
    const auto view = context_.view();
    const auto* entry = &view->find_fork(context_.ledger.chain().index(), message.locator);
    wire::Inventory answer;
    while ((entry = view->next(*entry)) != nullptr && entry->hash != message.stop) {
        answer.items.push_back({wire::InventoryType::block, entry->hash.as<Hash256>()});
        if (answer.items.size() < limits::getblocks_hashes) continue;
        // When the peer requests this block, we announce our tip, so that it requests more.
        peer.continue_at = entry->hash;
        break;
    }
    if (!answer.items.empty()) peer.send(answer);
}

}  // namespace daler::sync
