#include "chainstate_impl.h"

#include <daler/util/log.h>

#include <fmt/format.h>

#include <future>
#include <set>

namespace daler::chain {
namespace {

// What of -dbcache goes to LevelDB itself; all else is for coins.
constexpr std::size_t max_index_cache = 2u << 20;
constexpr std::size_t max_coin_database_cache = 32u << 20;
// Of headers that lead to no block, on a private chain.
constexpr std::size_t max_kept_headers = 1'000;

std::size_t index_cache(std::size_t total) {
    return std::min(total / 8, max_index_cache);
}
std::size_t coin_database_cache(std::size_t total) {
    return std::min(total / 4, max_coin_database_cache);
}

}  // namespace

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
                                  : storage::real_file_system()) {
    open();
}

void Chainstate::Impl::open() {
    const auto blocks_folder = options.folder / "blocks";
    files.create_folders(blocks_folder);
    if (!options.in_memory && !options.file_system) lock.emplace(blocks_folder / ".lock");

    rebuild = wanted_rebuild();
    store.emplace(files, blocks_folder, params, options.random_xor_key, options.small_files);
    if (rebuild == Rebuild::start) {
        forget_undo_files();
        forget_detached_files();
    }
    open_databases();
    load_index();
    check_pruning();
    if (rebuild == Rebuild::coins) end_rebuild();
    check_files();
    cut_undo_tails();
    repair_coins();
    choose_start_tip();
    const bool reads_files = rebuild == Rebuild::start || rebuild == Rebuild::resume;
    if (!reads_files) {
        scan_tail();
        refuse_future_tip();
        refuse_blocks_before_segwit();
    }
    index_database->set_segwit_height(params.activation.segwit);

    // Blocks that the user marked, before their coins were written.
    while (tip->is_failed())
        disconnect_tip();
    find_best_header();
    find_candidates();
    publish();
    verify_last_blocks();
    if (reads_files) reindex();
    activate();
    log::info("Chain {}: tip {}, height {}", params.name, tip->hash.to_hex(), tip->height);
}

void Chainstate::Impl::refuse_future_tip() const {
    if (tip->header.block_time() <= clock.now() + consensus::max_future_block_time) return;
    throw StorageError(
        "The block database contains a block which appears to be from the future. This may be due "
        "to your computer's date and time being set incorrectly. Only rebuild the block database "
        "if you are sure that your computer's date and time are correct.\nPlease restart with "
        "-reindex or -reindex-chainstate to recover.");
}

void Chainstate::Impl::refuse_blocks_before_segwit() const {
    const auto before = index_database->segwit_height();
    const Height now = params.activation.segwit;
    if (!before || *before <= now || tip->height < now) return;
    throw StorageError(
        fmt::format("Witness data for blocks after height {} requires validation. Please restart "
                    "with -reindex.",
                    now));
}

void Chainstate::Impl::open_databases() {
    const std::size_t for_index = index_cache(options.cache_bytes);
    const std::size_t for_coins = coin_database_cache(options.cache_bytes);
    storage::Database::Options database;
    database.in_memory = options.in_memory;
    database.env = options.database_env;
    auto coin_options = database;
    coin_options.folder = options.folder / "chainstate";
    coin_options.cache_bytes = for_coins;
    coin_options.remedy = reindex_chainstate_remedy;
    coin_options.wipe = rebuild == Rebuild::start || rebuild == Rebuild::coins;
    // Both at once: opening a database is mostly waiting for the disk.
    auto opening = std::async(std::launch::async,
                              [&] { coin_database.emplace(coin_options, options.crash_ratio); });
    database.folder = options.folder / "blocks" / "index";
    database.cache_bytes = for_index;
    database.remedy = reindex_remedy;
    database.wipe = rebuild == Rebuild::start;
    index_database.emplace(database);
    opening.get();
    coins.emplace(*coin_database, options.cache_bytes - for_index - for_coins);
    overlay.emplace(*coins);
}

void Chainstate::Impl::load_index() {
    if (index_database->is_new()) {
        const bool reads_files = rebuild == Rebuild::start || rebuild == Rebuild::resume;
        if (!reads_files) refuse_blocks_without_index();
        index_database->set_made();
    }
    load_entries();
    genesis = index.find(params.genesis_hash);
    if (!genesis) make_genesis();
    best_header = genesis;
}

bool Chainstate::Impl::has_unindexed_blocks(std::span<const IndexDatabase::Record> records) {
    std::map<std::uint32_t, std::uint64_t> ends;
    for (const auto& record : records) {
        if ((record.status & has_data) == 0) continue;
        auto& end = ends[record.data.file];
        end = std::max(end, std::uint64_t{record.data.offset} + record.block_size);
    }
    const auto last = ends.empty() ? 0 : ends.rbegin()->first;
    return std::ranges::any_of(store->blocks().numbers(), [&](std::uint32_t file) {
        return file >= last && store->blocks().end(file) > ends[file];
    });
}

/// Where a header costs nothing to make, very many of them do not outlive a restart: only those
/// stay that lead to a block, or that the user marked. Peers have the others again.
void Chainstate::Impl::forget_headers_without_blocks(std::vector<IndexDatabase::Record>& records) {
    // Blocks behind the index's end, which a crash leaves, are found later and need their headers.
    if (has_unindexed_blocks(records)) return;
    std::set<BlockHash> needed;
    std::vector<BlockHash> forgotten;
    // From the highest to the lowest: a parent's turn comes after its children's.
    for (auto at = records.rbegin(); at != records.rend(); ++at) {
        const bool stays = at->tx_count != 0 || (at->status & failed) != 0 ||
                           at->hash == params.genesis_hash || needed.contains(at->hash);
        if (stays) {
            needed.insert(at->header.previous);
        } else {
            forgotten.push_back(at->hash);
        }
    }
    if (forgotten.size() <= max_kept_headers) return;
    index_database->remove(forgotten);
    const std::set gone(forgotten.begin(), forgotten.end());
    std::erase_if(records, [&](const auto& record) { return gone.contains(record.hash); });
}

void Chainstate::Impl::load_entries() {
    std::vector<BlockEntry*> with_data;  // or pruned
    auto records = index_database->load();
    if (params.is_private) forget_headers_without_blocks(records);
    for (const auto& record : records) {
        const auto* parent = index.find(record.header.previous);
        const bool is_root = record.hash == params.genesis_hash;
        if (!is_root && (!parent || parent->height + 1 != record.height)) {
            // A header whose parent a power cut took comes again; a block would not be found.
            if ((record.status & has_data) == 0) continue;
            throw StorageError(fmt::format("The block index lacks the parent of block {}. {}",
                                           record.hash.to_hex(), reindex_remedy));
        }
        auto& entry = index.insert(record.header, record.hash);
        entry.tx_count = record.tx_count;
        entry.block_size = record.block_size;
        entry.block_checksum = record.block_checksum;
        entry.data = record.data;
        entry.undo = record.undo;
        entry.status = record.status;
        if (rebuild == Rebuild::coins && !is_root && entry.has(was_connected)) {
            // Everything is to be checked again.
            entry.status &= ~std::uint32_t{was_connected};
            mark_changed(entry);
        }
        if (entry.tx_count != 0) {
            with_data.push_back(&entry);
            ++known_blocks;
        }
    }
    derive_failed_ancestors();
    for (auto* entry : with_data) {
        if (entry->previous && entry->previous->chain_tx_count == 0) {
            if (entry->has(has_data)) unlinked.emplace(entry->previous, entry);
        } else {
            const auto below = entry->previous ? entry->previous->chain_tx_count.load() : 0;
            entry->chain_tx_count = below + entry->tx_count;
        }
    }
    // The files are in the order in which blocks arrived.
    std::ranges::sort(with_data, {}, [](const auto* entry) { return entry->data.load(); });
    for (auto* entry : with_data)
        entry->data_sequence = next_data_sequence++;
}

void Chainstate::Impl::refuse_blocks_without_index() const {
    // A first start that was interrupted leaves no more than the genesis block.
    const auto genesis_size =
        serialized_size(*params.genesis, WitnessMode::include) + storage::FlatFiles::frame_size;
    if (store->size_on_disk() <= genesis_size) return;
    throw StorageError(fmt::format("{}: there are block files, but the block index is empty. {}",
                                   (options.folder / "blocks" / "index").string(), reindex_remedy));
}

void Chainstate::Impl::make_genesis() {
    const Bytes bytes = encode(*params.genesis);
    genesis = &index.insert(params.genesis->header, params.genesis_hash);
    genesis->status |= was_connected;
    mark_changed(*genesis);
    // A rebuild will find the block in the files.
    if (rebuild == Rebuild::start || rebuild == Rebuild::resume) return;
    refuse_blocks_without_index();
    for (const auto number : store->blocks().numbers())
        store->blocks().truncate(number, 0);
    received_block(*genesis, *params.genesis, store->append_block(bytes), bytes);
    write_index();
}

void Chainstate::Impl::check_files() const {
    auto& blocks = const_cast<BlockStore&>(*store).blocks();
    for (const auto& [number, end] : indexed_ends()) {
        if (blocks.end(number) >= end) continue;
        throw StorageError(fmt::format(
            "{}: {}. {}", blocks.path(number).string(),
            blocks.end(number) == 0 ? "the file is missing or empty" : "the file is too short",
            reindex_remedy));
    }
}

void Chainstate::Impl::choose_start_tip() {
    const auto best = coins->best_block();
    if (best.is_zero()) {
        tip = genesis;
        coins->set_best_block(genesis->hash);
    } else {
        tip = index.find(best);
        if (!tip || (tip != genesis && tip->chain_tx_count == 0)) {
            throw StorageError(
                fmt::format("The coins are those of block {}, which the block index does not have. "
                            "{}",
                            best.to_hex(), reindex_remedy));
        }
    }
    // Found again in the same place: among equals it stays the tip.
    tip->data_sequence = start_tip_sequence;
}

}  // namespace daler::chain
