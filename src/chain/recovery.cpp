#include "recovery.h"

#include "chainstate_impl.h"
#include "record_scanner.h"

#include <daler/coins/disconnect_block.h>
#include <daler/primitives/chain_params.h>
#include <daler/util/ensure.h>
#include <daler/util/log.h>

#include <fmt/format.h>

namespace daler::chain {
namespace {

constexpr BlockTime end_of_time = BlockTime::max() - consensus::max_future_block_time;

}  // namespace

std::map<std::uint32_t, std::uint64_t> indexed_ends(const BlockIndex& index) {
    std::map<std::uint32_t, std::uint64_t> ends;
    for (const auto* entry : index.all()) {
        if (!entry->has(has_data)) continue;
        const auto position = entry->data.load();
        auto& end = ends[position.file];
        end = std::max(end, std::uint64_t{position.offset} + entry->block_size);
    }
    return ends;
}

void cut_undo_tails(const BlockIndex& index, BlockStore& store) {
    std::map<std::uint32_t, FilePosition> last;
    for (const auto* entry : index.all()) {
        if (!entry->has(has_undo)) continue;
        const auto position = entry->undo.load();
        auto& known = last[position.file];
        if (known.is_null() || known.offset < position.offset) known = position;
    }
    auto& undo = store.undo();
    for (const auto& [number, position] : last) {
        const auto end = store.undo_end(position);
        if (undo.end(number) < end) {
            throw StorageError(fmt::format("{}: the file is missing or too short. {}",
                                           undo.path(number).string(), reindex_remedy));
        }
    }
    for (const auto number : undo.numbers()) {
        const auto found = last.find(number);
        const auto end = found == last.end() ? 0 : store.undo_end(found->second);
        if (undo.end(number) > end) undo.truncate(number, end);
    }
}

ConnectedBlock read_connected(const BlockStore& store, const BlockEntry& entry) {
    auto block = store.read_block(entry);
    auto undo = store.read_undo(entry);
    if (!block || !undo || !coins::undo_fits(*block, *undo)) {
        throw StorageError(fmt::format("Block {} (height {}) or its undo data are missing. {}",
                                       entry.hash.to_hex(), entry.height, reindex_remedy));
    }
    return {std::move(block), std::move(*undo)};
}

void coins_do_not_fit(const BlockEntry& entry) {
    throw StorageError(
        fmt::format("The coins do not fit block {} (height {}): the coin database is damaged. {}",
                    entry.hash.to_hex(), entry.height, reindex_chainstate_remedy));
}

void roll_back(coins::CoinCache& coins, const BlockStore& store, const BlockEntry& entry) {
    const auto [block, undo] = read_connected(store, entry);
    (void)coins::disconnect_block(coins, *block, undo, entry.height);
}

void roll_forward(coins::CoinCache& coins, const BlockStore& store, const BlockEntry& entry) {
    const auto block = store.read_block(entry);
    if (!block) {
        throw StorageError(fmt::format("Block {} (height {}) is missing. {}", entry.hash.to_hex(),
                                       entry.height, reindex_remedy));
    }
    for (const auto& tx : block->transactions) {
        if (!tx->is_coinbase())
            for (const auto& input : tx->inputs)
                (void)coins.spend(input.prevout);
        for (std::uint32_t i = 0; i < tx->outputs.size(); ++i) {
            const auto& output = tx->outputs[i];
            if (script::is_unspendable(output.script_pubkey.bytes())) continue;
            coins.add({tx->txid, i}, output, entry.height, tx->is_coinbase(), true);
        }
    }
}

void Chainstate::Impl::scan_tail() {
    const auto ends = indexed_ends(index);
    const std::uint32_t last = ends.empty() ? 0 : ends.rbegin()->first;
    bool whole = true;
    for (const auto number : store->blocks().numbers()) {
        if (number < last) continue;
        const auto found = ends.find(number);
        const auto from = found == ends.end() ? 0 : found->second;
        if (whole) {
            whole = scan_tail_of(number, from);
        } else {
            // Files behind a damaged record are removed, too.
            store->blocks().remove(number);
        }
    }
}

bool Chainstate::Impl::scan_tail_of(std::uint32_t file, std::uint64_t from) {
    auto& blocks = store->blocks();
    const std::uint64_t end = blocks.end(file);
    if (from == end) return true;
    // The process that wrote it did not sync it, and the index will point to it soon.
    blocks.mark_unsynced(file);
    const RecordScanner scanner(blocks.raw(file), blocks.xor_key(), params.magic);
    std::uint64_t at = from;
    std::size_t found = 0;
    while (const auto record = scanner.record_at(at)) {
        const Bytes bytes = scanner.read(record->payload(), record->size);
        const auto decoded = decode_block(bytes);
        if (!decoded) break;
        const auto block = std::make_shared<const Block>(std::move(*decoded));
        const auto hash = block->header.hash();
        // These checks show that the bytes are complete.
        if (!consensus::check_block(block, hash, params)) break;
        const auto* known = index.find(hash);
        if (!known || !known->has(has_data)) {
            const FilePosition position{file, static_cast<std::uint32_t>(record->payload())};
            // It was accepted before, perhaps with another clock.
            const auto result = accept_block(block, hash, end_of_time, position, bytes);
            if (result.verdict) ++found;
        }
        at = record->end();
    }
    if (found > 0) {
        log::info("Found {} blocks in {} that the index did not have yet", found,
                  blocks.path(file).string());
    }
    if (at == end) return true;
    log::info("Cut {} at byte {}: {} bytes are not whole blocks", blocks.path(file).string(), at,
              end - at);
    blocks.truncate(file, at);
    return false;
}

void Chainstate::Impl::repair_coins() {
    const auto heads = coin_database->head_blocks();
    if (!heads) return;
    const auto* to = index.find(heads->to);
    const auto* from = heads->from.is_zero() ? genesis : index.find(heads->from);
    if (!to || !from) {
        throw StorageError(fmt::format(
            "A flush of coins was interrupted, and the block index does not have its blocks. {}",
            reindex_remedy));
    }
    log::info("A flush of coins was interrupted: repeating it from height {} to {}", from->height,
              to->height);
    // The database has each coin in the state of one of the blocks between. Taking back and
    // connecting all of them sets each coin that one of them changed.
    const auto* fork = last_common_ancestor(from, to);
    ensure(fork != nullptr);
    const auto make_room = [&] {
        if (coins->is_full()) coins->write_through(*heads);
    };
    for (const auto* at = from; at != fork; at = at->previous) {
        roll_back(*coins, *store, *at);
        make_room();
    }
    for (Height height = fork->height + 1; height <= to->height; ++height) {
        roll_forward(*coins, *store, *to->ancestor(height));
        make_room();
    }
    coins->write_through(*heads);
    coins->set_best_block(to->hash);
    coins->start_flush();
    end_flush();
}

}  // namespace daler::chain
