#include <daler/coins/undo.h>

#include "coin_codec.h"

namespace daler::coins {
namespace {

// The least a coin takes: origin, amount, script type, each one byte.
constexpr std::size_t min_coin_size = 3;

}  // namespace

Bytes encode(const BlockUndo& undo) {
    ByteWriter writer;
    writer.compact_size(undo.transactions.size());
    for (const auto& coins : undo.transactions) {
        writer.compact_size(coins.size());
        for (const auto& coin : coins)
            write_undo_coin(writer, coin);
    }
    return writer.take();
}

Result<BlockUndo, DecodeError> decode_undo(ByteSpan bytes) {
    ByteReader reader(bytes);
    BlockUndo undo;
    const std::size_t transactions = reader.count(1);
    undo.transactions.reserve(transactions);
    for (std::size_t i = 0; i < transactions && reader.ok(); ++i) {
        auto& coins = undo.transactions.emplace_back();
        const std::size_t count = reader.count(min_coin_size);
        coins.reserve(count);
        for (std::size_t k = 0; k < count && reader.ok(); ++k)
            coins.push_back(read_undo_coin(reader));
    }
    if (const auto error = reader.finish(); error != DecodeError::none) return fail(error);
    return undo;
}

}  // namespace daler::coins
