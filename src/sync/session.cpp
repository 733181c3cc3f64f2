// A session with one peer, from the first to the last message: part of PeerSessions.
#include "offload.h"
#include "peer_sessions.h"
#include "turns.h"

#include <daler/encoding/hex.h>
#include <daler/primitives/chain_params.h>
#include <daler/util/storage_error.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace daler::sync {
namespace {

/// Payloads from here on are decoded on a worker.
constexpr std::size_t large_payload = 20'000;

using Decoded = Result<wire::Message, DecodeError>;

void log_received(const Peer& peer, const net::RawMessage& raw) {
    log::debug(log::Category::net, "received: {} ({} bytes) peer={}", raw.command,
               raw.payload.size(), peer.id);
}

asio::awaitable<Decoded> decode_on_worker(ThreadPool& workers, net::RawMessage raw) {
    auto work = [raw = std::move(raw)] { return wire::decode_message(raw.command, raw.payload); };
    return offload(workers, std::move(work));
}

}  // namespace

void PeerSessions::begin_session(PeerRef peer) {
    handshake_.start(*peer);
    asio::co_spawn(context_.executor, run_session(std::move(peer)), asio::detached);
}

asio::awaitable<void> PeerSessions::run_session(PeerRef peer) {
    try {
        co_await read_messages(peer);
    } catch (const StorageError& error) {
        // An error of our disk, not of the peer. If the chain is affected, the ledger stops the
        // node.
        log::error("{}", error.what());
    }
    peer->connection->close();
    // Open verdicts use the peer, so they must arrive before it is removed.
    co_await wait_for_verdicts(peer);
    end_session(*peer);
}

asio::awaitable<void> PeerSessions::read_messages(PeerRef peer) {
    while (peer->connection->is_open()) {
        co_await peer->connection->wait_for_room();
        peer->is_reading = true;
        auto raw = co_await peer->connection->read_message();
        peer->is_reading = false;
        if (!raw) {
            if (raw.error() == net::ReadError::wrong_magic) co_await refuse_other_chain(peer);
            if (raw.error() == net::ReadError::too_large)
                log::debug(log::Category::net, "{} sends a message that is too large",
                           label(*peer));
            co_return;
        }
        const auto size = raw->payload.size();
        log_received(*peer, *raw);
        auto message = co_await decode(peer, std::move(*raw));
        if (!message) continue;
        if (auto* block = std::get_if<wire::BlockMessage>(&*message)) {
            if (!peer->handshake_done) continue;
            blocks_.on_block(peer, std::move(block->block), size);
            while (peer->connection->is_open() &&
                   (peer->open_blocks >= limits::open_blocks ||
                    peer->open_block_bytes >= limits::open_block_bytes)) {
                co_await peer->verdicts.wait();
            }
            continue;
        }
        // Other messages are handled after the verdicts, so that a pong means that earlier blocks
        // are checked.
        co_await wait_for_verdicts(peer);
        if (peer->connection->is_open()) co_await handle(peer, std::move(*message));
    }
}

namespace {

/// The built-in chain whose messages begin like this; empty if there is none.
std::string chain_with(const wire::Magic& magic) {
    for (const std::string_view name : {"main", "test", "testnet4", "signet", "regtest"})
        if (params_by_name(name)->magic == magic) return fmt::format(" (the chain {})", name);
    return {};
}

}  // namespace

/// On a private chain both sides learn why, so that the user sees it on the side that he looks at.
asio::awaitable<void> PeerSessions::refuse_other_chain(PeerRef peer) {
    const auto magic = peer->connection->foreign_magic();
    if (!magic) {
        log::debug(log::Category::net, "{} sends data that is not a message of this chain",
                   label(*peer));
        co_return;
    }
    misbehaviour_.refuse(
        *peer, fmt::format("runs another chain: its messages begin with {}{}, ours with {}",
                           to_hex(*magic), chain_with(*magic), to_hex(context_.params.magic)));
    peer->is_foreign = true;
    if (!context_.skips_delays() || !peer->is_inbound() || peer->got_version) co_return;
    handshake_.send_version(*peer);
    co_await peer->connection->wait_until_sent();
}

asio::awaitable<void> PeerSessions::wait_for_verdicts(PeerRef peer) {
    while (peer->open_blocks > 0)
        co_await peer->verdicts.wait();
}

asio::awaitable<std::optional<wire::Message>> PeerSessions::decode(PeerRef peer,
                                                                   net::RawMessage raw) {
    const auto command = raw.command;
    Decoded decoded = fail(DecodeError::none);
    if (raw.payload.size() >= large_payload)
        decoded = co_await decode_on_worker(context_.workers, std::move(raw));
    else
        decoded = wire::decode_message(raw.command, raw.payload);
    if (decoded) co_return std::move(*decoded);
    log::debug(log::Category::net, "{}: '{}' cannot be decoded: {}", label(*peer), command,
               daler::describe(decoded.error()));
    const bool breaks_limit = decoded.error() == DecodeError::too_large &&
                              command != wire::BlockMessage::command &&
                              command != wire::TransactionMessage::command;
    if (breaks_limit) misbehaviour_.punish(*peer, command + " longer than allowed");
    co_return std::nullopt;
}

namespace {

/// Requests for services that our version message does not offer: bloom filters (BIP 37, 111) and
/// compact block filters (BIP 157).
bool is_service_not_offered(std::string_view command) {
    static constexpr std::string_view commands[] = {"filterload",  "filteradd",    "filterclear",
                                                    "getcfilters", "getcfheaders", "getcfcheckpt"};
    return std::ranges::find(commands, command) != std::end(commands);
}

template <class... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
// clang 16 does not deduce the arguments of aggregates yet (C++20, P1816).
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

template <class M, class... Others>
concept OneOf = (std::same_as<M, Others> || ...);

/// The messages that others than `handle_at_once` handle.
template <class M>
concept HandledBefore =
    OneOf<M, wire::Version, wire::Verack, wire::WtxidRelay, wire::SendAddrV2, wire::BlockMessage,
          wire::Headers, wire::TransactionMessage, wire::GetData, wire::Inventory, wire::NotFound>;

}  // namespace

/// The messages of the handshake, and what comes before its end. Returns false for messages that
/// follow it.
bool PeerSessions::handle_handshake(Peer& peer, const wire::Message& message) {
    if (const auto* version = std::get_if<wire::Version>(&message)) {
        handshake_.on_version(peer, *version);
        // A feeler has found out what it is for: a node is there.
        if (peer.type == ConnectionType::feeler && peer.got_version) {
            addresses_.note_working(peer);
            peer.connection->close();
        }
        return true;
    }
    if (!peer.got_version) return true;
    if (std::holds_alternative<wire::Verack>(message)) {
        if (handshake_.on_verack(peer)) handshake_done(peer);
        return true;
    }
    if (std::holds_alternative<wire::WtxidRelay>(message)) {
        handshake_.on_wtxidrelay(peer);
        return true;
    }
    if (std::holds_alternative<wire::SendAddrV2>(message)) {
        handshake_.on_sendaddrv2(peer);
        return true;
    }
    return !peer.handshake_done;
}

/// The messages whose handlers are no coroutines.
void PeerSessions::handle_at_once(Peer& peer, const wire::Message& message) {
    std::visit(Overloaded{
                   [&](const wire::Ping& m) {
                       if (peer.version >= wire::pong_version) peer.send(wire::Pong{m.nonce});
                   },
                   [&](const wire::Pong& m) { handle_pong(peer, m); },
                   [&](const wire::GetHeaders& m) { headers_.on_getheaders(peer, m); },
                   [&](const wire::GetBlocks& m) { headers_.on_getblocks(peer, m); },
                   [&](const wire::SendHeaders&) { peer.wants_headers = true; },
                   [&](const wire::SendCompact& m) { peer.high_bandwidth_from = m.high_bandwidth; },
                   [&](const wire::FeeFilter& m) {
                       if (is_money(m.rate)) peer.fee_filter = m.rate;
                   },
                   [&](const wire::Addresses& m) { addresses_.on_addresses(peer, m.nodes); },
                   [&](const wire::AddressesV2& m) { addresses_.on_addresses(peer, m.nodes); },
                   [&](const wire::GetAddr&) { addresses_.on_getaddr(peer); },
                   [&](const wire::GetMempool&) { transactions_.on_getmempool(peer); },
                   [&](const wire::Unknown& m) {
                       if (is_service_not_offered(m.command)) {
                           log::debug(log::Category::net, "{} sends '{}', which we do not offer",
                                      label(peer), m.command);
                           peer.connection->close();
                       }
                   },
                   // A message type that is neither here nor above does not compile.
                   [](const HandledBefore auto&) {},
               },
               message);
}

asio::awaitable<void> PeerSessions::handle(PeerRef peer, wire::Message message) {
    if (handle_handshake(*peer, message)) co_return;
    if (auto* headers = std::get_if<wire::Headers>(&message)) {
        const auto* last = co_await headers_.on_headers(peer, std::move(*headers));
        if (last) blocks_.fetch_announced(*peer, *last);
        blocks_.request(*peer);
        co_return;
    }
    if (auto* transaction = std::get_if<wire::TransactionMessage>(&message)) {
        co_await handle_transactions(peer, std::move(transaction->tx));
        co_return;
    }
    if (auto* getdata = std::get_if<wire::GetData>(&message)) {
        co_await handle_getdata(peer, std::move(*getdata));
        co_return;
    }
    if (auto* inventory = std::get_if<wire::Inventory>(&message)) {
        co_await handle_inventory(peer, std::move(*inventory));
        co_return;
    }
    if (auto* not_found = std::get_if<wire::NotFound>(&message)) {
        co_await handle_not_found(peer, std::move(*not_found));
        co_return;
    }
    handle_at_once(*peer, message);
}

/// Transactions that have arrived together are submitted together, in their order.
asio::awaitable<void> PeerSessions::handle_transactions(PeerRef peer, TransactionRef first) {
    std::vector<TransactionRef> transactions{std::move(first)};
    while (transactions.size() < limits::transactions_at_once) {
        auto raw = peer->connection->take_arrived(wire::TransactionMessage::command, large_payload);
        if (!raw) break;
        log_received(*peer, *raw);
        auto message = co_await decode(peer, std::move(*raw));
        if (!message) continue;
        transactions.push_back(std::move(std::get<wire::TransactionMessage>(*message).tx));
    }
    co_await transactions_.on_transactions(peer, std::move(transactions));
}

/// Requests are answered in order; adjacent transactions together, in small groups.
asio::awaitable<void> PeerSessions::handle_getdata(PeerRef peer, wire::GetData message) {
    std::vector<wire::InventoryItem> transactions;
    TurnCounter turn;
    for (const auto& item : message.items) {
        if (turn.is_over()) co_await next_turn();
        if (!peer->connection->is_open()) co_return;
        const bool is_transaction = item.is_transaction();
        if (is_transaction) transactions.push_back(item);
        const bool serve_now = is_transaction ? transactions.size() == limits::transactions_per_job
                                              : !transactions.empty();
        if (serve_now) co_await transactions_.serve(peer, std::exchange(transactions, {}));
        // Filtered blocks need bloom filters (BIP 37), which we do not serve.
        if (!item.is_block() || item.type == wire::InventoryType::filtered_block) continue;
        co_await peer->connection->wait_for_room();
        if (!peer->connection->is_open()) co_return;
        co_await blocks_.serve(peer, item);
    }
    if (!transactions.empty()) co_await transactions_.serve(peer, std::move(transactions));
}

asio::awaitable<void> PeerSessions::handle_inventory(PeerRef peer, wire::Inventory message) {
    std::vector<wire::InventoryItem> transactions;
    const wire::InventoryItem* last_block = nullptr;
    for (const auto& item : message.items) {
        if (item.is_transaction()) transactions.push_back(item);
        if (item.type == wire::InventoryType::block) last_block = &item;
    }
    // The last block is enough: its headers include those of the others.
    if (last_block) {
        const auto* entry = headers_.peer_announced(*peer, last_block->hash.as<BlockHash>());
        if (entry) blocks_.fetch_announced(*peer, *entry);
        blocks_.request(*peer);
    }
    if (!transactions.empty()) co_await transactions_.on_announced(peer, std::move(transactions));
}

asio::awaitable<void> PeerSessions::handle_not_found(PeerRef peer, wire::NotFound message) {
    TurnCounter turn;
    for (const auto& item : message.items) {
        if (turn.is_over()) co_await next_turn();
        if (!peer->connection->is_open()) co_return;
        if (item.is_transaction()) transactions_.on_not_found(*peer, item);
        if (!item.is_block()) continue;
        const auto hash = item.hash.as<BlockHash>();
        std::erase(peer->asked_without_headers, hash);
        download_.not_found(peer->id, hash, context_.now());
    }
}

void PeerSessions::handle_pong(Peer& peer, const wire::Pong& message) {
    if (peer.ping_nonce == 0) return;
    if (message.nonce == 0) {  // no nonce: nothing can be measured
        peer.ping_nonce = 0;
        return;
    }
    if (message.nonce != peer.ping_nonce) return;
    peer.ping_nonce = 0;
    peer.ping = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - peer.pinged_at_real);
    peer.min_ping = std::min(peer.min_ping.value_or(*peer.ping), *peer.ping);
}

BlockDownload::Keeps PeerSessions::kept_blocks(const Peer& peer) const {
    if ((peer.services & wire::service::network) != 0) return BlockDownload::Keeps::all;
    // Bitcoin Core disconnects peers that request older blocks, on private chains, too.
    const bool is_daler = peer.user_agent.find("/daler:") != std::string::npos;
    return context_.skips_delays() && is_daler ? BlockDownload::Keeps::recent_and_more
                                               : BlockDownload::Keeps::recent;
}

void PeerSessions::handshake_done(Peer& peer) {
    download_.add_peer(peer.id, kept_blocks(peer), !peer.is_inbound());
    if (peer.version >= wire::send_headers_version) peer.send(wire::SendHeaders{});
    send_ping(peer);
    addresses_.start(peer);
    headers_.start(peer);
    transactions_.start(peer);
}

void PeerSessions::end_session(Peer& peer) {
    log::debug(log::Category::net, "{} is disconnected", label(peer));
    const auto& traffic = peer.connection->traffic();
    closed_totals_.bytes_sent += traffic.bytes_sent;
    closed_totals_.bytes_received += traffic.bytes_received;
    context_.peers.erase(peer.id);
    download_.peer_gone(peer.id);
    transactions_.peer_gone(peer);
    headers_.peer_gone(peer);
    addresses_.peer_gone(peer);
    connector_.peer_gone(peer);
    // Request its blocks from the other peers at once.
    for (const auto& [id, other] : context_.peers)
        blocks_.request(*other);
}

}  // namespace daler::sync
