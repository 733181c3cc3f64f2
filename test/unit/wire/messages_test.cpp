#include <daler/primitives/chain_params.h>
#include <daler/wire/messages.h>
#include "hosts.h"

#include <test.h>

using namespace daler;
using namespace daler::wire;
using namespace daler::wire::test;

namespace {

template <class M>
M round_trip(const M& message) {
    auto decoded = decode_message(M::command, encode(message));
    REQUIRE(decoded);
    REQUIRE(std::holds_alternative<M>(*decoded));
    return std::get<M>(std::move(*decoded));
}

Hash256 hash(std::uint8_t fill) {
    Hash256 out;
    out.bytes.fill(fill);
    return out;
}

Version version_message() {
    Version message;
    message.services = service::network | service::witness;
    message.time = 1'700'000'000;
    message.receiver = {1, {host("1.2.3.4"), 8333}};
    message.sender = {9, {host("::1"), 18444}};
    message.nonce = 0x1122334455667788;
    message.user_agent = "/daler:0.1.0/";
    message.start_height = 77;
    message.relay = false;
    return message;
}

}  // namespace

namespace {

/// An example of each message. A message without one does not compile.
auto samples() {
    const auto genesis = regtest_params().genesis;
    const KnownNode node{1'700'000'000, 9, {host("1.2.3.4"), 8333}};
    KnownNode onion = node;
    onion.endpoint.host = HostAddress::from_bytes(Network::tor_v3, Bytes(32, 7)).value();
    const auto block_hash = hash(1).as<BlockHash>();
    return std::tuple{version_message(),
                      Verack{},
                      WtxidRelay{},
                      SendAddrV2{},
                      SendHeaders{},
                      GetAddr{},
                      GetMempool{},
                      FeeFilter{Amount{1000}},
                      SendCompact{true, 2},
                      Ping{5},
                      Pong{6},
                      Inventory{{{InventoryType::wtx, hash(1)}, {InventoryType::block, hash(2)}}},
                      GetData{{{InventoryType::witness_block, hash(3)}}},
                      NotFound{{{InventoryType::tx, hash(4)}}},
                      GetHeaders{70016, {BlockHash{}, block_hash}, hash(9).as<BlockHash>()},
                      GetBlocks{70016, {block_hash}, {}},
                      Headers{{genesis->header, main_params().genesis->header}},
                      BlockMessage{genesis},
                      TransactionMessage{genesis->transactions.at(0)},
                      Addresses{{node}},
                      AddressesV2{{node, onion}}};
}

template <class M>
void check_round_trip() {
    if constexpr (!std::same_as<M, Unknown>) {
        CAPTURE(M::command);
        const auto message = std::get<M>(samples());
        const auto again = round_trip(message);
        CHECK(encode(again) == encode(message));
        if constexpr (std::equality_comparable<M>) CHECK(again == message);
    }
}

template <class... M>
void check_round_trips(std::type_identity<std::variant<M...>>) {
    (check_round_trip<M>(), ...);
}

}  // namespace

TEST_CASE("every message is the same after encoding and decoding", "[wire]") {
    check_round_trips(std::type_identity<Message>{});
}

TEST_CASE("blocks and transactions have their hashes after decoding", "[wire]") {
    const auto genesis = regtest_params().genesis;
    const auto block = round_trip(BlockMessage{genesis});
    CHECK(block.block->header == genesis->header);
    CHECK(block.block->transactions.at(0)->txid == genesis->transactions.at(0)->txid);
    const auto tx = round_trip(TransactionMessage{genesis->transactions.at(0)});
    CHECK(tx.tx->wtxid == genesis->transactions.at(0)->wtxid);
}

TEST_CASE("old version messages may end early, but only after a field", "[wire]") {
    const auto message = version_message();
    const auto bytes = encode(message);
    // version, services, time, receiver | sender, nonce | user agent | height | relay
    const std::size_t agent = 1 + message.user_agent.size();
    const std::array<std::size_t, 5> ends{46, 80, 80 + agent, 84 + agent, 85 + agent};
    REQUIRE(ends.back() == bytes.size());
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
        CAPTURE(size);
        const bool is_end = std::ranges::find(ends, size) != ends.end();
        CHECK(decode_message("version", ByteSpan(bytes).first(size)).has_value() == is_end);
    }
    const auto oldest = std::get<Version>(*decode_message("version", ByteSpan(bytes).first(46)));
    CHECK(oldest.relay);
    CHECK(oldest.user_agent.empty());
}

TEST_CASE("bytes after the contents are ignored", "[wire]") {
    auto bytes = encode(Ping{77});
    bytes.push_back(1);
    CHECK(std::get<Ping>(*decode_message("ping", bytes)).nonce == 77);
}

TEST_CASE("truncated messages are errors", "[wire]") {
    const auto check = [](const auto& message) {
        const auto bytes = encode(message);
        using M = std::decay_t<decltype(message)>;
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const auto decoded = decode_message(M::command, ByteSpan(bytes).first(size));
            REQUIRE_FALSE(decoded);
            CHECK(decoded.error() == DecodeError::truncated);
        }
    };
    check(Ping{1});
    check(FeeFilter{Amount{1}});
    check(SendCompact{});
    check(Inventory{{{InventoryType::wtx, hash(1)}}});
    check(GetHeaders{70016, {hash(1).as<BlockHash>()}, {}});
    check(Headers{{regtest_params().genesis->header}});
    check(AddressesV2{{{0, 1, {host("1.2.3.4"), 1}}}});
}

TEST_CASE("unknown commands are kept by name", "[wire]") {
    CHECK(std::get<Unknown>(*decode_message("feelings", Bytes{1, 2})).command == "feelings");
}

TEST_CASE("addrv2 leaves out networks we do not know and refuses wrong lengths", "[wire][bip155]") {
    const auto entry = [](std::uint8_t network, std::size_t length) {
        ByteWriter writer;
        writer.compact_size(2);
        writer.u32(0);
        writer.compact_size(1);
        writer.u8(network);
        writer.sized_bytes(Bytes(length, 0x11));
        writer.u16_big_endian(1);
        writer.bytes(ByteSpan(encode(AddressesV2{{{0, 1, {host("1.2.3.4"), 1}}}})).subspan(1));
        return decode_message("addrv2", writer.take());
    };
    CHECK(std::get<AddressesV2>(*entry(1, 4)).nodes.size() == 2);
    CHECK(std::get<AddressesV2>(*entry(200, 5)).nodes.size() == 1);
    CHECK(std::get<AddressesV2>(*entry(3, 10)).nodes.size() == 1);  // Tor v2 is left out
    CHECK(entry(1, 5).error() == DecodeError::invalid);
    CHECK(entry(4, 31).error() == DecodeError::invalid);
}
