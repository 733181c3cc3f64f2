#include <daler/wire/messages.h>

namespace daler::wire {
namespace {

void write_endpoint(ByteWriter& writer, const Endpoint& endpoint) {
    writer.bytes(endpoint.host.ipv6_bytes());
    writer.u16_big_endian(endpoint.port);
}

void write_version_address(ByteWriter& writer, const VersionAddress& address) {
    writer.u64(address.services);
    write_endpoint(writer, address.endpoint);
}

void write_items(ByteWriter& writer, const std::vector<InventoryItem>& items) {
    writer.compact_size(items.size());
    for (const auto& item : items) {
        writer.u32(static_cast<std::uint32_t>(item.type));
        writer.bytes(item.hash.bytes);
    }
}

template <class Locator>
void write_locator(ByteWriter& writer, const Locator& message) {
    writer.u32(message.version);
    writer.compact_size(message.locator.size());
    for (const auto& hash : message.locator)
        writer.bytes(hash.bytes);
    writer.bytes(message.stop.bytes);
}

}  // namespace

void write(ByteWriter& writer, const Version& message) {
    writer.i32(message.version);
    writer.u64(message.services);
    writer.i64(message.time);
    write_version_address(writer, message.receiver);
    write_version_address(writer, message.sender);
    writer.u64(message.nonce);
    writer.sized_bytes(as_bytes(message.user_agent));
    writer.i32(message.start_height);
    writer.u8(message.relay ? 1 : 0);
}

void write(ByteWriter& writer, const FeeFilter& message) {
    writer.i64(message.rate.satoshis());
}

void write(ByteWriter& writer, const SendCompact& message) {
    writer.u8(message.high_bandwidth ? 1 : 0);
    writer.u64(message.version);
}

void write(ByteWriter& writer, const Ping& message) {
    writer.u64(message.nonce);
}

void write(ByteWriter& writer, const Pong& message) {
    writer.u64(message.nonce);
}

void write(ByteWriter& writer, const Inventory& message) {
    write_items(writer, message.items);
}

void write(ByteWriter& writer, const GetData& message) {
    write_items(writer, message.items);
}

void write(ByteWriter& writer, const NotFound& message) {
    write_items(writer, message.items);
}

void write(ByteWriter& writer, const GetHeaders& message) {
    write_locator(writer, message);
}

void write(ByteWriter& writer, const GetBlocks& message) {
    write_locator(writer, message);
}

void write(ByteWriter& writer, const Headers& message) {
    writer.compact_size(message.headers.size());
    for (const auto& header : message.headers) {
        daler::write(writer, header);
        writer.compact_size(0);  // the transaction count, which is always zero in headers
    }
}

void write(ByteWriter& writer, const BlockMessage& message) {
    daler::write(writer, *message.block);
}

void write(ByteWriter& writer, const TransactionMessage& message) {
    daler::write(writer, *message.tx);
}

void write(ByteWriter& writer, const Addresses& message) {
    writer.compact_size(message.nodes.size());
    for (const auto& node : message.nodes) {
        writer.u32(node.last_seen);
        writer.u64(node.services);
        write_endpoint(writer, node.endpoint);
    }
}

void write(ByteWriter& writer, const AddressesV2& message) {
    writer.compact_size(message.nodes.size());
    for (const auto& node : message.nodes) {
        writer.u32(node.last_seen);
        writer.compact_size(node.services);
        writer.u8(static_cast<std::uint8_t>(node.endpoint.host.network()));
        writer.sized_bytes(node.endpoint.host.bytes());
        writer.u16_big_endian(node.endpoint.port);
    }
}

}  // namespace daler::wire
