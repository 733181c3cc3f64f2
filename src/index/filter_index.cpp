#include <daler/index/filter_index.h>

#include <daler/index/block_filter.h>

#include <fmt/format.h>

namespace daler::index {
namespace {

constexpr std::uint8_t filter_prefix = 'f';

Bytes filter_key(const BlockHash& hash) {
    ByteWriter key(33);
    key.u8(filter_prefix);
    key.bytes(hash.bytes);
    return key.take();
}

}  // namespace

FilterIndex::FilterIndex(const chain::Chainstate& chain, const IndexOptions& options)
    : database_(open_database(options, "basic block filter index", "blockfilter/basic")),
      follower_("basic block filter index", chain, *database_, *this, options) {}

void FilterIndex::record(const chain::BlockEntry& entry, const Block& block,
                         const coins::BlockUndo& undo, storage::Database::Batch& batch) {
    const auto filter = basic_filter(block, entry.hash, undo);
    last_header_ = filter_header(filter, last_header_);
    ByteWriter value(32 + filter.size());
    value.bytes(last_header_.bytes);
    value.bytes(filter);
    batch.put(filter_key(entry.hash), value.view());
}

void FilterIndex::continue_after(const chain::BlockEntry* entry) {
    last_header_ = {};
    if (!entry) return;
    const auto found = find(entry->hash);
    if (!found) {
        throw StorageError(
            fmt::format("The block filter index lacks block {} (height {}). Delete the folder "
                        "indexes/blockfilter: the index is built again at the next start.",
                        entry->hash.to_hex(), entry->height));
    }
    last_header_ = found->header;
}

std::optional<FilterIndex::Filter> FilterIndex::find(const BlockHash& hash) const {
    const auto value = database_->get(filter_key(hash));
    if (!value) return std::nullopt;
    ByteReader reader(*value);
    Filter filter;
    filter.header.bytes = reader.array<32>();
    filter.bytes.assign(reader.remaining().begin(), reader.remaining().end());
    return filter;
}

}  // namespace daler::index
