// Limits on what is remembered of peers and their messages.
#include "node.h"

#include <sync/misbehaviour.h>
#include <sync/recent_blocks.h>
#include <sync/refused_transactions.h>
#include <sync/unproven_blocks.h>

#include <boost/asio/io_context.hpp>

using namespace daler;
using namespace daler::sync;
using namespace daler::sync::test;
namespace limits = wire::limits;

namespace {

template <class Id>
Id numbered(std::size_t number) {
    Id id;
    std::memcpy(id.bytes.data(), &number, sizeof number);
    return id;
}

/// A transaction without contents whose ids are made up.
TransactionRef fake_transaction(std::size_t number, bool with_witness = false) {
    Transaction tx;
    tx.inputs.emplace_back();
    if (with_witness) tx.inputs[0].witness = {Bytes{1}};
    auto sealed = *seal(std::move(tx));
    sealed.txid = numbered<Txid>(2 * number);
    sealed.wtxid = numbered<Wtxid>(2 * number + 1);
    return std::make_shared<const SealedTransaction>(std::move(sealed));
}

}  // namespace

TEST_CASE("a bounded number of addresses is discouraged, then the oldest are forgotten",
          "[sync][limits]") {
    Node node;
    boost::asio::io_context io;
    Context context{node.ledger(), node.params, node.clock, node.workers, {}, io.get_executor()};
    Misbehaviour misbehaviour(context);
    const auto host = [](std::size_t number) {
        const auto part = [&](unsigned shift) {
            return static_cast<std::uint8_t>(number >> shift);
        };
        return wire::HostAddress::ipv4({20, part(16), part(8), part(0)});
    };
    for (std::size_t i = 0; i < limits::discouraged_addresses; ++i)
        misbehaviour.discourage(host(i));
    CHECK(misbehaviour.is_discouraged(host(0)));
    misbehaviour.discourage(host(limits::discouraged_addresses));
    CHECK_FALSE(misbehaviour.is_discouraged(host(0)));
    CHECK(misbehaviour.is_discouraged(host(limits::discouraged_addresses / 2)));
}

TEST_CASE("of each peer a bounded number of transactions is remembered", "[sync][limits]") {
    boost::asio::io_context io;
    Random random(1);
    Peer peer(0, nullptr, ConnectionType::inbound, io.get_executor(), random);
    for (std::size_t i = 0; i < limits::known_transactions; ++i)
        peer.known_transactions.insert(numbered<Txid>(i).bytes);
    CHECK(peer.known_transactions.size() == limits::known_transactions);
    CHECK(peer.known_transactions.contains(numbered<Txid>(0).bytes));
    peer.known_transactions.insert(numbered<Txid>(limits::known_transactions).bytes);
    CHECK(peer.known_transactions.size() == limits::known_transactions / 2 + 1);
    CHECK_FALSE(peer.known_transactions.contains(numbered<Txid>(0).bytes));
}

TEST_CASE("a bounded number of refused transactions is remembered", "[sync][limits]") {
    Random random(1);
    RefusedTransactions refused(random);
    const auto first = fake_transaction(0);
    for (std::size_t i = 0; i < limits::rejected_transactions; ++i)
        refused.remember_child(*fake_transaction(i));
    CHECK(refused.contains(TxIdentifier::of(first->txid)));
    CHECK(refused.contains(TxIdentifier::of(first->wtxid)));
    refused.remember_child(*fake_transaction(limits::rejected_transactions));
    CHECK_FALSE(refused.contains(TxIdentifier::of(first->txid)));
    CHECK_FALSE(refused.contains(TxIdentifier::of(first->wtxid)));
}

TEST_CASE("a bounded number of confirmed ids is remembered", "[sync][limits]") {
    Random random(1);
    RecentBlocks blocks(random);
    // With a witness a transaction has two ids.
    const bool with_witness = GENERATE(false, true);
    const std::size_t room = limits::confirmed_transactions / (with_witness ? 2 : 1);
    const auto connect = [&](std::size_t from, std::size_t to) {
        Block block;
        for (; from < to; ++from)
            block.transactions.push_back(fake_transaction(from, with_witness));
        blocks.connected(std::make_shared<const Block>(std::move(block)));
    };
    const auto first = fake_transaction(0)->txid.as<Hash256>();
    connect(0, room);
    CHECK(blocks.confirms(first));
    connect(room, room + 1);
    CHECK_FALSE(blocks.confirms(first));
    CHECK(blocks.confirms(fake_transaction(room)->txid.as<Hash256>()));
}

TEST_CASE("the senders of a bounded number of unconnected blocks are remembered",
          "[sync][limits]") {
    UnprovenBlocks blocks;
    std::vector<chain::BlockEntry> entries(limits::unproven_blocks + 1);
    const auto senders = [&] {
        UnprovenBlocks copy = blocks;
        return std::ranges::count_if(
            entries, [&](const chain::BlockEntry& entry) { return copy.take(entry) == 7; });
    };
    for (std::size_t i = 0; i < limits::unproven_blocks; ++i)
        blocks.remember(entries[i], 7);
    CHECK(senders() == static_cast<std::ptrdiff_t>(limits::unproven_blocks));
    blocks.remember(entries.back(), 7);
    CHECK(senders() == static_cast<std::ptrdiff_t>(limits::unproven_blocks));
    CHECK(blocks.take(entries.back()) == 7);
    CHECK_FALSE(blocks.take(entries.back()));
}
