#include <daler/index/tx_index.h>

namespace daler::index {
namespace {

constexpr std::uint8_t tx_prefix = 't';

Bytes tx_key(const Txid& txid) {
    ByteWriter key(33);
    key.u8(tx_prefix);
    key.bytes(txid.bytes);
    return key.take();
}

}  // namespace

TxIndex::TxIndex(const chain::Chainstate& chain, const IndexOptions& options)
    : chain_(chain),
      database_(open_database(options, "txindex", "txindex")),
      follower_("txindex", chain, *database_, *this, options) {}

void TxIndex::record(const chain::BlockEntry& entry, const Block& block, const coins::BlockUndo&,
                     storage::Database::Batch& batch) {
    if (!entry.previous) return;
    const auto count = block.transactions.size();
    auto offset = static_cast<std::uint32_t>(BlockHeader::size + compact_size_length(count));
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto& tx = *block.transactions[i];
        ByteWriter value(44);
        value.bytes(entry.hash.bytes);
        value.u32(i);
        value.u32(offset);
        value.u32(tx.total_size);
        batch.put(tx_key(tx.txid), value.view());
        offset += tx.total_size;
    }
}

std::optional<TxIndex::Found> TxIndex::find(const Txid& txid) const {
    const auto value = database_->get(tx_key(txid));
    if (!value) return std::nullopt;
    ByteReader reader(*value);
    Found found;
    found.block = chain_.index().find(BlockHash{reader.array<32>()});
    found.number = reader.u32();
    const auto offset = reader.u32();
    const auto size = reader.u32();
    // The block is unknown if it was lost in a power cut and has not come again.
    if (reader.finish() != DecodeError::none || !found.block) return std::nullopt;
    const auto block = chain_.read_block_bytes(*found.block);
    if (block.size() < std::uint64_t{offset} + size) return std::nullopt;
    auto tx = decode_transaction(ByteSpan(block).subspan(offset, size));
    if (!tx) return std::nullopt;
    found.tx = seal(std::move(*tx));
    if (found.tx->txid != txid) return std::nullopt;
    return found;
}

}  // namespace daler::index
