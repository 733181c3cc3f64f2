#include "block_importer.h"
#include "chainstate_impl.h"

#include <daler/util/log.h>

namespace daler::chain {
namespace {

// What the marker file says: how far a rebuild has come. It is written before anything is thrown
// away, so that a rebuild that is killed goes on at the next start.
constexpr std::string_view stage_wipe = "wipe";      // throw away index, coins and undo data
constexpr std::string_view stage_import = "import";  // read the block files
constexpr std::string_view stage_coins = "coins";    // throw away the coins

}  // namespace

std::filesystem::path Chainstate::Impl::rebuild_marker() const {
    return options.folder / "blocks" / "reindex";
}

Chainstate::Impl::Rebuild Chainstate::Impl::wanted_rebuild() {
    const auto found = storage::read_file(files, rebuild_marker());
    const auto stage = found ? as_text(*found) : std::string_view();
    if (stage == stage_import) return Rebuild::resume;
    if (options.reindex || stage == stage_wipe) {
        storage::write_atomically(files, rebuild_marker(), as_bytes(stage_wipe));
        return Rebuild::start;
    }
    if (options.reindex_chainstate || stage == stage_coins) {
        storage::write_atomically(files, rebuild_marker(), as_bytes(stage_coins));
        return Rebuild::coins;
    }
    return Rebuild::none;
}

void Chainstate::Impl::end_rebuild() {
    write_index();
    files.remove(rebuild_marker());
    files.sync_folder(rebuild_marker().parent_path());
}

void Chainstate::Impl::forget_undo_files() {
    log::info("Rebuilding the block index and the coins from the block files");
    for (const auto number : store->undo().numbers())
        store->undo().remove(number);
}

void Chainstate::Impl::reindex() {
    storage::write_atomically(files, rebuild_marker(), as_bytes(stage_import));
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
            offer(*result.entry, found.block);
            advance(Pace::all);
        }
        done(&result);
    };
    BlockImporter importer(params, std::move(hooks));
    for (const auto file : blocks.numbers()) {
        log::info("Reading {}", blocks.path(file).string());
        blocks.mark_unsynced(file);  // whoever put it there
        importer.scan(file);
        if (stopping()) return;
    }
    if (!genesis->has(has_data)) {
        const Bytes bytes = encode(*params.genesis);
        received_block(*genesis, *params.genesis, store->append_block(bytes), bytes);
    }
    activate();
    flush();
    end_rebuild();
    log::info("Rebuilt: height {}, {} blocks refused", tip->height, importer.result().rejected);
}

}  // namespace daler::chain
