#include <daler/wire/limits.h>
#include <daler/wire/messages.h>

namespace daler::wire {
namespace {

/// Reads a count of items. It must be within a published limit, and the items must fit into the
/// remaining bytes.
std::size_t read_count(ByteReader& reader, std::size_t limit, std::size_t min_item_size) {
    const auto value = reader.compact_size();
    if (value > limit) reader.fail(DecodeError::too_large);
    if (value > reader.remaining().size() / min_item_size) reader.fail(DecodeError::truncated);
    return reader.ok() ? static_cast<std::size_t>(value) : 0;
}

constexpr std::size_t endpoint_size = 18;

Endpoint read_endpoint(ByteReader& reader) {
    Endpoint endpoint;
    endpoint.host = HostAddress::from_ipv6_bytes(reader.array<16>());
    endpoint.port = reader.u16_big_endian();
    return endpoint;
}

VersionAddress read_version_address(ByteReader& reader) {
    VersionAddress address;
    address.services = reader.u64();
    address.endpoint = read_endpoint(reader);
    return address;
}

/// The fields after the receiver's address were added to the protocol later and may be missing.
Version read_version(ByteReader& reader) {
    Version message;
    message.version = reader.i32();
    message.services = reader.u64();
    message.time = reader.i64();
    message.receiver = read_version_address(reader);
    if (reader.remaining().empty()) return message;
    message.sender = read_version_address(reader);
    message.nonce = reader.u64();
    if (reader.remaining().empty()) return message;
    const auto length = read_count(reader, limits::user_agent_bytes, 1);
    message.user_agent = as_text(reader.bytes(length));
    if (reader.remaining().empty()) return message;
    message.start_height = reader.i32();
    if (reader.remaining().empty()) return message;
    message.relay = reader.u8() != 0;
    return message;
}

std::vector<InventoryItem> read_items(ByteReader& reader) {
    std::vector<InventoryItem> items(
        read_count(reader, limits::inventory_items, InventoryItem::size));
    for (auto& item : items) {
        item.type = static_cast<InventoryType>(reader.u32());
        item.hash.bytes = reader.array<32>();
    }
    return items;
}

template <class Locator>
Locator read_locator(ByteReader& reader) {
    Locator message;
    message.version = reader.u32();
    message.locator.resize(read_count(reader, limits::locator_hashes, 32));
    for (auto& hash : message.locator)
        hash.bytes = reader.array<32>();
    message.stop.bytes = reader.array<32>();
    return message;
}

Headers read_headers(ByteReader& reader) {
    Headers message;
    message.headers.resize(read_count(reader, limits::headers, BlockHeader::size + 1));
    for (auto& header : message.headers) {
        header = read_header(reader);
        (void)reader.compact_size();
    }
    return message;
}

Addresses read_addresses(ByteReader& reader) {
    Addresses message;
    message.nodes.resize(read_count(reader, limits::addresses, 12 + endpoint_size));
    for (auto& node : message.nodes) {
        node.last_seen = reader.u32();
        node.services = reader.u64();
        node.endpoint = read_endpoint(reader);
    }
    std::erase_if(message.nodes, [](const KnownNode& n) { return n.endpoint.host.is_empty(); });
    return message;
}

/// The length that BIP 155 gives the addresses of a network; 0 for networks unknown to us.
std::size_t length_of(Network network) {
    switch (network) {
        case Network::ipv4:
            return 4;
        case Network::ipv6:
            return 16;
        case Network::tor_v3:
            return 32;
        case Network::i2p:
            return 32;
        case Network::cjdns:
            return 16;
        case Network::none:
            break;
    }
    return 0;
}

AddressesV2 read_addresses_v2(ByteReader& reader) {
    AddressesV2 message;
    const auto count = read_count(reader, limits::addresses, 9);
    message.nodes.reserve(count);
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        KnownNode node;
        node.last_seen = reader.u32();
        node.services = reader.compact_size_value();
        const auto network = static_cast<Network>(reader.u8());
        // An address of an unknown network may have any length (BIP 155).
        const bool is_known = length_of(network) != 0;
        const auto length =
            read_count(reader, is_known ? limits::address_bytes : limits::message_bytes, 1);
        const auto bytes = reader.bytes(length);
        node.endpoint.port = reader.u16_big_endian();
        const auto expected = length_of(network);
        if (expected != 0 && expected != length) reader.fail(DecodeError::invalid);
        if (!reader.ok() || expected == 0) continue;
        if (const auto host = HostAddress::from_bytes(network, bytes)) {
            node.endpoint.host = *host;
            message.nodes.push_back(std::move(node));
        }
    }
    return message;
}

template <class M>
bool is(std::string_view command) {
    return command == M::command;
}

Message read_message(std::string_view command, ByteReader& reader) {
    if (is<Version>(command)) return read_version(reader);
    if (is<Verack>(command)) return Verack{};
    if (is<WtxidRelay>(command)) return WtxidRelay{};
    if (is<SendAddrV2>(command)) return SendAddrV2{};
    if (is<SendHeaders>(command)) return SendHeaders{};
    if (is<FeeFilter>(command)) return FeeFilter{Amount{reader.i64()}};
    if (is<SendCompact>(command)) {
        const bool high_bandwidth = reader.u8() != 0;
        return SendCompact{high_bandwidth, reader.u64()};
    }
    if (is<Ping>(command)) return Ping{reader.u64()};
    // A pong that is too short counts as an answer to no ping.
    if (is<Pong>(command)) return Pong{reader.remaining().size() < 8 ? 0 : reader.u64()};
    if (is<Inventory>(command)) return Inventory{read_items(reader)};
    if (is<GetData>(command)) return GetData{read_items(reader)};
    if (is<NotFound>(command)) return NotFound{read_items(reader)};
    if (is<GetHeaders>(command)) return read_locator<GetHeaders>(reader);
    if (is<GetBlocks>(command)) return read_locator<GetBlocks>(reader);
    if (is<Headers>(command)) return read_headers(reader);
    if (is<BlockMessage>(command))
        return BlockMessage{std::make_shared<const Block>(read_block(reader))};
    if (is<TransactionMessage>(command)) return TransactionMessage{read_sealed_transaction(reader)};
    if (is<Addresses>(command)) return read_addresses(reader);
    if (is<AddressesV2>(command)) return read_addresses_v2(reader);
    if (is<GetAddr>(command)) return GetAddr{};
    if (is<GetMempool>(command)) return GetMempool{};
    return Unknown{std::string(command)};
}

}  // namespace

Result<Message, DecodeError> decode_message(std::string_view command, ByteSpan payload) {
    ByteReader reader(payload);
    auto message = read_message(command, reader);
    if (!reader.ok()) return fail(reader.error());
    return message;
}

}  // namespace daler::wire
