#include "block_importer.h"
#include "chainstate_impl.h"

#include <daler/primitives/chain_params.h>
#include <daler/util/log.h>

namespace daler::chain {

void Chainstate::Impl::reindex() {
    rebuild_marker.reading_files();
    auto& blocks = store->blocks();
    BlockImporter::Hooks hooks;
    hooks.height = [this](const BlockHash& hash) -> std::optional<Height> {
        const auto* entry = index.find(hash);
        return entry ? std::optional(entry->height) : std::nullopt;
    };
    hooks.is_stored = [this](const BlockHash& hash) {
        const auto* entry = index.find(hash);
        return entry && entry->has(has_data);
    };
    hooks.open = [&](std::uint32_t file) {
        return RecordScanner(blocks.raw(file), blocks.xor_key(), params.magic);
    };
    hooks.name = [&](std::uint32_t file) { return blocks.path(file).string(); };
    hooks.stop = [this] { return stopping(); };
    hooks.submit = [this](const BlockImporter::Found& found, const SubmitHandler& done) {
        const FilePosition position{found.file, static_cast<std::uint32_t>(found.offset)};
        if (found.hash == params.genesis_hash) {
            received_block(*genesis, *found.block, position, found.bytes);
            const Submitted known{{}, true, true, genesis};
            return done(&known);
        }
        // The clock may have been another one when the block was accepted.
        constexpr auto end_of_time = BlockTime::max() - consensus::max_future_block_time;
        const auto result =
            accept_block(found.block, found.hash, end_of_time, position, found.bytes);
        if (result.verdict) {
            pending.add(*result.entry, found.block);
            advance(Pace::all);
        }
        done(&result);
    };
    BlockImporter importer(params, std::move(hooks));
    for (const auto file : blocks.numbers()) {
        log::info("Reading {}", blocks.path(file).string());
        blocks.mark_unsynced(file);  // it may come from elsewhere
        importer.scan(file);
        if (stopping()) return;
    }
    if (!genesis->has(has_data)) {
        const Bytes bytes = encode(*params.genesis);
        received_block(*genesis, *params.genesis, store->append_block(bytes), bytes);
    }
    activate();
    flush();
    rebuild_marker.remove();
    log::info("Rebuilt: height {}, {} blocks refused", tip->height, importer.result().rejected);
}

}  // namespace daler::chain
