#include "startup.h"

#include "inspection.h"
#include "recovery.h"

#include <daler/chain/cache_sizes.h>
#include <daler/primitives/chain_params.h>
#include <daler/util/log.h>

#include <fmt/format.h>

#include <future>

namespace daler::chain {
namespace {}  // namespace

Chainstate::Impl::Impl(const ChainParams& chain_params, ChainOptions chain_options,
                       const Clock& node_clock, ThreadPool& thread_pool,
                       script::BoundedSignatureCache* signature_cache)
    : params(chain_params),
      options(std::move(chain_options)),
      clock(node_clock),
      workers(thread_pool),
      cache(signature_cache),
      minimum_work(options.minimum_chain_work.value_or(params.minimum_chain_work)),
      assume_valid(options.assume_valid.value_or(params.assume_valid)),
      own_files(options.in_memory && !options.file_system ? storage::memory_file_system()
                                                          : nullptr),
      files(own_files             ? *own_files
            : options.file_system ? *options.file_system
                                  : storage::real_file_system()),
      rebuild_marker(files, options.folder / "blocks" / "reindex"),
      pruning(options, index) {
    Startup(*this).open();
}

void Chainstate::Impl::Startup::open_files() {
    const auto own_folder = chain_.options.folder / "blocks";
    const auto blocks_folder =
        chain_.options.blocks_folder.empty() ? own_folder : chain_.options.blocks_folder;
    chain_.files.create_folders(own_folder);  // of the index and the rebuild marker
    chain_.files.create_folders(blocks_folder);
    if (!chain_.options.in_memory && !chain_.options.file_system)
        chain_.lock.emplace(blocks_folder / ".lock");

    rebuild_ =
        chain_.rebuild_marker.begin(chain_.options.reindex, chain_.options.reindex_chainstate);
    chain_.store.emplace(chain_.files, blocks_folder, chain_.params, chain_.options.random_xor_key,
                         chain_.options.small_files);
    if (rebuild_ == Rebuild::start) {
        forget_undo_files();
        forget_detached_files();
    }
}

void Chainstate::Impl::Startup::open() {
    open_files();
    open_databases();
    load_index();
    check_pruning();
    if (rebuild_ == Rebuild::coins) {
        chain_.write_index();
        chain_.rebuild_marker.remove();
    }
    check_files();
    cut_undo_tails(chain_.index, *chain_.store);
    chain_.repair_coins();
    choose_start_tip();
    if (!reads_files(rebuild_)) {
        chain_.scan_tail();
        refuse_future_tip();
        refuse_blocks_before_segwit();
    }
    chain_.index_database->set_segwit_height(chain_.params.activation.segwit);

    // The user marked these blocks as invalid before the coins were written.
    while (chain_.tip->is_failed())
        chain_.disconnect_tip();
    chain_.find_best_header();
    chain_.find_candidates();
    chain_.publish();
    const Inspection inspection(chain_, chain_.options.check_level, chain_.options.check_blocks);
    if (!inspection.damage().empty()) throw StorageError(inspection.damage());
    if (reads_files(rebuild_)) chain_.reindex();
    chain_.activate();
    log::info("Chain {}: tip {}, height {}", chain_.params.name, chain_.tip->hash.to_hex(),
              chain_.tip->height);
}

void Chainstate::Impl::Startup::refuse_future_tip() const {
    const auto latest = chain_.clock.chain_now() + consensus::max_future_block_time;
    if (chain_.options.trust_tip_time || chain_.tip->header.block_time() <= latest) return;
    throw StorageError(
        "The block database contains a block which appears to be from the future. This may be due "
        "to your computer's date and time being set incorrectly. Only rebuild the block database "
        "if you are sure that your computer's date and time are correct.\nPlease restart with "
        "-reindex or -reindex-chainstate to recover.");
}

void Chainstate::Impl::Startup::refuse_blocks_before_segwit() const {
    const auto before = chain_.index_database->segwit_height();
    const Height now = chain_.params.activation.segwit;
    if (!before || *before <= now || chain_.tip->height < now) return;
    throw StorageError(
        fmt::format("Witness data for blocks after height {} requires validation. Please restart "
                    "with -reindex.",
                    now));
}

void Chainstate::Impl::Startup::open_databases() {
    const auto caches = cache_sizes(chain_.options.cache_bytes);
    storage::Database::Options database;
    database.in_memory = chain_.options.in_memory;
    database.env = chain_.options.database_env;
    auto coin_options = database;
    coin_options.folder = chain_.options.folder / "chainstate";
    coin_options.cache_bytes = caches.coin_database;
    coin_options.remedy = reindex_chainstate_remedy;
    coin_options.wipe = rebuild_ == Rebuild::start || rebuild_ == Rebuild::coins;
    // Both at once: opening a database is mostly waiting for the disk.
    auto opening = std::async(std::launch::async, [&] {
        chain_.coin_database.emplace(coin_options, chain_.options.crash_ratio);
    });
    database.folder = chain_.options.folder / "blocks" / "index";
    database.cache_bytes = caches.index;
    database.remedy = reindex_remedy;
    database.wipe = rebuild_ == Rebuild::start;
    open_index(database);
    opening.get();
    chain_.coins.emplace(*chain_.coin_database, caches.coins);
    chain_.overlay.emplace(*chain_.coins);
}

void Chainstate::Impl::Startup::open_index(const storage::Database::Options& options) {
    if (options.wipe) {
        if (const auto end = cut_of_old_index(options)) finish_cut(*end);
    }
    chain_.index_database.emplace(options);
    if (const auto end = chain_.index_database->cut()) {
        finish_cut(*end);
        chain_.index_database->set_cut_done();
    }
}

void Chainstate::Impl::Startup::finish_cut(FilePosition end) {
    log::info("Removing blocks that were forgotten before the last stop");
    chain_.store->cut_after(end);
    chain_.store->sync_blocks();
}

std::optional<FilePosition> Chainstate::Impl::Startup::cut_of_old_index(
    storage::Database::Options options) {
    options.wipe = false;
    try {
        return IndexDatabase(options).cut();
    } catch (const StorageError&) {
        return std::nullopt;  // it is damaged: that is why it is built again
    }
}

void Chainstate::Impl::Startup::check_files() const {
    auto& blocks = const_cast<BlockStore&>(*chain_.store).blocks();
    for (const auto& [number, end] : indexed_ends(chain_.index)) {
        if (blocks.end(number) >= end) continue;
        throw StorageError(fmt::format(
            "{}: {}. {}", blocks.path(number).string(),
            blocks.end(number) == 0 ? "the file is missing or empty" : "the file is too short",
            reindex_remedy));
    }
}

void Chainstate::Impl::Startup::choose_start_tip() {
    const auto best = chain_.coins->best_block();
    if (best.is_zero()) {
        chain_.tip = chain_.genesis;
        chain_.coins->set_best_block(chain_.genesis->hash);
    } else {
        chain_.tip = chain_.index.find(best);
        if (!chain_.tip || (chain_.tip != chain_.genesis && chain_.tip->chain_tx_count == 0)) {
            throw StorageError(
                fmt::format("The coins are those of block {}, which the block index does not have. "
                            "{}",
                            best.to_hex(), reindex_remedy));
        }
    }
    // It stays the tip among blocks of equal work.
    chain_.candidates.found_at_start(*chain_.tip);
}

void Chainstate::Impl::Startup::check_pruning() {
    const bool has_pruned = std::ranges::any_of(chain_.index.all(), &BlockEntry::is_pruned);
    if (!has_pruned) return;
    chain_.pruning.set_pruned();
    if (!chain_.options.prune_target) {
        throw StorageError(
            "Old blocks were pruned here. Start with -prune, or with -reindex to go back to all "
            "blocks, which downloads the whole chain again.");
    }
    if (rebuild_ == Rebuild::coins) {
        throw StorageError(
            "The coins cannot be rebuilt from blocks that were pruned. Start with "
            "-reindex, which downloads the whole chain again.");
    }
    // A crash between the index and the files leaves files that no entry names.
    std::set<std::uint32_t> used;
    for (const auto& [file, end] : indexed_ends(chain_.index))
        used.insert(file);
    for (auto* kind : {&chain_.store->blocks(), &chain_.store->undo()}) {
        for (const auto file : kind->numbers())
            if (!used.empty() && file < *used.rbegin() && !used.contains(file)) kind->remove(file);
    }
}

void Chainstate::Impl::Startup::forget_detached_files() {
    // Blocks whose ancestors were pruned are downloaded again.
    std::uint32_t next = 0;
    for (const auto file : chain_.store->blocks().numbers())
        if (file == next)
            ++next;
        else
            chain_.store->blocks().remove(file);
}

void Chainstate::Impl::Startup::forget_undo_files() {
    log::info("Rebuilding the block index and the coins from the block files");
    for (const auto number : chain_.store->undo().numbers())
        chain_.store->undo().remove(number);
}

}  // namespace daler::chain
