#include <daler/primitives/block.h>

namespace daler {
namespace {

// Version, no inputs, no outputs, lock time: a lower bound for the bytes per announced
// transaction.
constexpr std::size_t min_transaction_size = 10;

}  // namespace

BlockHash BlockHeader::hash() const {
    return {crypto::sha256d(encode(*this))};
}

void write(ByteWriter& writer, const BlockHeader& header) {
    writer.i32(header.version);
    writer.bytes(header.previous.bytes);
    writer.bytes(header.merkle_root.bytes);
    writer.u32(header.time);
    writer.u32(header.bits);
    writer.u32(header.nonce);
}

BlockHeader read_header(ByteReader& reader) {
    BlockHeader header;
    header.version = reader.i32();
    header.previous.bytes = reader.array<32>();
    header.merkle_root.bytes = reader.array<32>();
    header.time = reader.u32();
    header.bits = reader.u32();
    header.nonce = reader.u32();
    return header;
}

Bytes encode(const BlockHeader& header) {
    ByteWriter writer(BlockHeader::size);
    write(writer, header);
    return writer.take();
}

Result<BlockHeader, DecodeError> decode_header(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto header = read_header(reader);
    if (const auto error = reader.finish(); error != DecodeError::none) return fail(error);
    return header;
}

void write(ByteWriter& writer, const Block& block, WitnessMode mode) {
    write(writer, block.header);
    writer.compact_size(block.transactions.size());
    for (const auto& tx : block.transactions)
        write(writer, *tx, mode);
}

std::size_t serialized_size(const Block& block, WitnessMode mode) {
    std::size_t size = BlockHeader::size + compact_size_length(block.transactions.size());
    for (const auto& tx : block.transactions)
        size += mode == WitnessMode::include ? tx->total_size : tx->stripped_size;
    return size;
}

Bytes encode(const Block& block, WitnessMode mode) {
    ByteWriter writer(serialized_size(block, mode));
    write(writer, block, mode);
    return writer.take();
}

Block read_block(ByteReader& reader) {
    Block block;
    block.header = read_header(reader);
    const std::size_t count = reader.count(min_transaction_size);
    block.transactions.reserve(count);
    for (std::size_t i = 0; i < count && reader.ok(); ++i)
        if (auto tx = read_sealed_transaction(reader)) block.transactions.push_back(std::move(tx));
    return block;
}

Result<Block, DecodeError> decode_block(ByteSpan bytes) {
    ByteReader reader(bytes);
    auto block = read_block(reader);
    if (const auto error = reader.finish(); error != DecodeError::none) return fail(error);
    return block;
}

std::int64_t weight(const Block& block) {
    return static_cast<std::int64_t>(3 * serialized_size(block, WitnessMode::exclude) +
                                     serialized_size(block, WitnessMode::include));
}

}  // namespace daler
