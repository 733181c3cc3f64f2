#include "startup.h"

#include <daler/primitives/chain_params.h>

#include <fmt/format.h>

namespace daler::chain {
namespace {

// Headers without blocks that survive a restart on a private chain.
constexpr std::size_t max_kept_headers = 1'000;

}  // namespace

void Chainstate::Impl::Startup::load_index() {
    if (chain_.index_database->is_new()) {
        if (!reads_files(rebuild_)) refuse_blocks_without_index();
        chain_.index_database->set_made();
    }
    load_entries();
    chain_.genesis = chain_.index.find(chain_.params.genesis_hash);
    if (!chain_.genesis) make_genesis();
    chain_.best_header = chain_.genesis;
}

bool Chainstate::Impl::Startup::has_unindexed_blocks(
    std::span<const IndexDatabase::Record> records) const {
    std::map<std::uint32_t, std::uint64_t> ends;
    for (const auto& record : records) {
        if ((record.status & has_data) == 0) continue;
        auto& end = ends[record.data.file];
        end = std::max(end, std::uint64_t{record.data.offset} + record.block_size);
    }
    const auto last = ends.empty() ? 0 : ends.rbegin()->first;
    return std::ranges::any_of(chain_.store->blocks().numbers(), [&](std::uint32_t file) {
        return file >= last && chain_.store->blocks().end(file) > ends[file];
    });
}

/// On a private chain headers cost nothing to make. If there are many without blocks, only those
/// stay that lead to a block or that the user marked. Peers send the others again.
void Chainstate::Impl::Startup::forget_headers_without_blocks(
    std::vector<IndexDatabase::Record>& records) {
    // After a crash there are blocks behind the end of the index. They are found later and need
    // their headers.
    if (has_unindexed_blocks(records)) return;
    std::set<BlockHash> needed;
    std::vector<BlockHash> forgotten;
    // From the highest to the lowest: children before their parents.
    for (auto at = records.rbegin(); at != records.rend(); ++at) {
        const bool stays = at->tx_count != 0 || (at->status & failed) != 0 ||
                           at->hash == chain_.params.genesis_hash || needed.contains(at->hash);
        if (stays)
            needed.insert(at->header.previous);
        else
            forgotten.push_back(at->hash);
    }
    if (forgotten.size() <= max_kept_headers) return;
    chain_.index_database->remove(forgotten);
    const std::set gone(forgotten.begin(), forgotten.end());
    std::erase_if(records, [&](const auto& record) { return gone.contains(record.hash); });
}

void Chainstate::Impl::Startup::load_entries() {
    std::vector<BlockEntry*> with_data;  // or pruned
    auto records = chain_.index_database->load();
    if (chain_.params.is_private) forget_headers_without_blocks(records);
    for (const auto& record : records) {
        const auto* parent = chain_.index.find(record.header.previous);
        const bool is_root = record.hash == chain_.params.genesis_hash;
        if (!is_root && (!parent || parent->height + 1 != record.height)) {
            // A power cut took its parent. Peers send the header again, but a block would be lost.
            if ((record.status & has_data) == 0) continue;
            throw StorageError(fmt::format("The block index lacks the parent of block {}. {}",
                                           record.hash.to_hex(), reindex_remedy));
        }
        auto& entry = chain_.index.insert(record.header, record.hash);
        entry.tx_count = record.tx_count;
        entry.block_size = record.block_size;
        entry.block_checksum = record.block_checksum;
        entry.data = record.data;
        entry.undo = record.undo;
        entry.status = record.status;
        if (rebuild_ == Rebuild::coins && !is_root && entry.has(was_connected)) {
            // Everything is to be checked again.
            entry.status &= ~std::uint32_t{was_connected};
            chain_.changes.mark(entry);
        }
        if (entry.tx_count != 0) {
            with_data.push_back(&entry);
            ++chain_.known_blocks;
        }
    }
    chain_.derive_failed_ancestors();
    link_entries(with_data);
}

void Chainstate::Impl::Startup::link_entries(std::vector<BlockEntry*>& with_data) {
    chain_.link_all(with_data);
    // The files are in the order in which blocks arrived.
    std::ranges::sort(with_data, {}, [](const auto* entry) { return entry->data.load(); });
    for (auto* entry : with_data)
        chain_.candidates.arrived(*entry);
}

void Chainstate::Impl::Startup::refuse_blocks_without_index() const {
    // A first start that was interrupted leaves no more than the genesis block.
    const auto genesis_size = serialized_size(*chain_.params.genesis, WitnessMode::include) +
                              storage::FlatFiles::frame_size;
    if (chain_.store->size_on_disk() <= genesis_size) return;
    throw StorageError(fmt::format("{}: there are block files, but the block index is empty. {}",
                                   (chain_.options.folder / "blocks" / "index").string(),
                                   reindex_remedy));
}

void Chainstate::Impl::Startup::make_genesis() {
    const Bytes bytes = encode(*chain_.params.genesis);
    chain_.genesis =
        &chain_.index.insert(chain_.params.genesis->header, chain_.params.genesis_hash);
    chain_.genesis->status |= was_connected;
    chain_.changes.mark(*chain_.genesis);
    // A rebuild will find the block in the files.
    if (reads_files(rebuild_)) return;
    refuse_blocks_without_index();
    for (const auto number : chain_.store->blocks().numbers())
        chain_.store->blocks().truncate(number, 0);
    chain_.received_block(*chain_.genesis, *chain_.params.genesis,
                          chain_.store->append_block(bytes), bytes);
    chain_.write_index();
}

}  // namespace daler::chain
