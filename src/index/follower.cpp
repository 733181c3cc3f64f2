#include <daler/index/follower.h>

#include <daler/util/ensure.h>
#include <daler/util/log.h>
#include <daler/util/thread_name.h>

#include <fmt/format.h>

namespace daler::index {
namespace {

constexpr std::uint8_t format_key = 'V';
constexpr std::uint8_t format_version = 1;
constexpr std::uint8_t progress_key = 'B';

// While many blocks are read, a batch is written when it has this size or is this old.
constexpr std::size_t max_batch_size = 2u << 20;
constexpr std::chrono::seconds write_interval{2};

std::string remedy(const std::string& folder) {
    return fmt::format("Delete {}: the index is built again at the next start.", folder);
}

storage::Database::Options database_options(const IndexOptions& options,
                                            const std::filesystem::path& folder) {
    storage::Database::Options out;
    out.folder = options.folder / folder;
    out.cache_bytes = options.cache_bytes;
    out.in_memory = options.in_memory;
    out.wipe = options.wipe;
    out.env = options.database_env;
    out.remedy = remedy(out.folder.string());
    return out;
}

/// Marks a new database as ours and refuses one that another program wrote.
void check_format(storage::Database& database, const std::string& name, const std::string& folder) {
    const auto version = database.get(ByteSpan{&format_key, 1});
    if (version == Bytes{format_version}) return;
    if (version || database.iterate().valid()) {
        throw StorageError(fmt::format("The {} in {} was written by another program or version. {}",
                                       name, folder, remedy(folder)));
    }
    database.put(ByteSpan{&format_key, 1}, ByteSpan{&format_version, 1});
}

}  // namespace

std::unique_ptr<storage::Database> open_database(const IndexOptions& options,
                                                 const std::string& name,
                                                 const std::filesystem::path& folder) {
    const auto wanted = database_options(options, folder);
    auto database = std::make_unique<storage::Database>(wanted);
    check_format(*database, name, wanted.folder.string());
    return database;
}

Follower::Follower(std::string name, const chain::Chainstate& chain, storage::Database& database,
                   Recorder& recorder, const IndexOptions& options)
    : name_(std::move(name)),
      chain_(chain),
      database_(database),
      recorder_(recorder),
      sync_writes_(options.sync_writes),
      fatal_(options.fatal) {
    find_start();
}

Follower::~Follower() {
    interrupt();
    if (thread_.joinable()) thread_.join();
}

void Follower::find_start() {
    const auto view = chain_.view();
    if (const auto bytes = database_.get(ByteSpan{&progress_key, 1})) {
        // The first block of the locator that is still known: the chain may have lost its last
        // blocks in a power cut. The records of lost blocks stay, and are valid if the blocks come
        // again.
        ByteReader reader(*bytes);
        for (auto count = reader.count(32); count > 0 && !at_; --count)
            at_ = chain_.index().find(BlockHash{reader.array<32>()});
    }
    const auto* fork = at_ ? chain::last_common_ancestor(at_, &view->tip()) : nullptr;
    refuse_pruned(fork);
    recorder_.continue_after(at_);
    recorded_ = at_;
    log::info("{}: recorded up to height {} of {}", name_, at_ ? at_->height : -1, view->height());
}

void Follower::refuse_pruned(const chain::BlockEntry* from) const {
    const auto view = chain_.view();
    for (const auto* entry = &view->tip(); entry != from; entry = entry->previous) {
        if (!entry->is_pruned()) continue;
        throw StorageError(fmt::format(
            "{} best block of the index goes beyond pruned data. Please disable the index or "
            "reindex (which will download the whole blockchain again)",
            name_));
    }
}

void Follower::start() {
    ensure(!thread_.joinable());
    thread_ = std::thread([this] {
        set_thread_name("index");
        run();
    });
}

void Follower::wake() {
    const std::lock_guard lock(mutex_);
    is_awake_ = true;
    changed_.notify_all();
}

void Follower::interrupt() {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
}

bool Follower::stopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
}

bool Follower::wait_for_tip() {
    std::unique_lock lock(mutex_);
    auto view = chain_.view();
    while (!stopping_ && !failed_) {
        const auto& target = view->tip();
        if (is_synced_ && recorded_ && target.is_ancestor_of(*recorded_)) return true;
        changed_.wait(lock);
        // If another chain is the best one now, the old tip may never be recorded.
        const auto now = chain_.view();
        if (!now->contains(target)) view = now;
    }
    return false;
}

bool Follower::wait_if_synced() {
    return is_synced() && wait_for_tip();
}

Summary Follower::summary() const {
    const std::lock_guard lock(mutex_);
    return {name_, is_synced_, recorded_ ? recorded_->height : 0};
}

bool Follower::is_synced() const {
    const std::lock_guard lock(mutex_);
    return is_synced_;
}

Height Follower::recorded_height() const {
    const std::lock_guard lock(mutex_);
    return recorded_ ? recorded_->height : -1;
}

void Follower::run() {
    try {
        while (!stopping()) {
            follow();
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return is_awake_ || stopping_; });
        }
        return;
    } catch (const std::exception& error) {
        log::error("{}: {}", name_, error.what());
        if (fatal_) fatal_(error.what());
    }
    const std::lock_guard lock(mutex_);
    failed_ = true;
    changed_.notify_all();
}

void Follower::follow() {
    {
        const std::lock_guard lock(mutex_);
        is_awake_ = false;
    }
    last_write_ = std::chrono::steady_clock::now();
    while (!stopping()) {
        const auto view = chain_.view();
        if (at_ == &view->tip()) break;
        if (at_ && !view->contains(*at_)) {
            at_ = chain::last_common_ancestor(at_, &view->tip());
            // continue_after reads the records of `at_`, so write them first.
            write();
            recorder_.continue_after(at_);
            continue;
        }
        record(*view->at(at_ ? at_->height + 1 : 0));
        const bool due = std::chrono::steady_clock::now() - last_write_ >= write_interval;
        if (due || batch_.size() >= max_batch_size) write();
    }
    write();
    if (!stopping()) settle();
}

void Follower::record(const chain::BlockEntry& entry) {
    const auto block = chain_.read_block(entry);
    std::optional<coins::BlockUndo> undo{coins::BlockUndo{}};
    if (entry.previous && recorder_.needs_undo()) undo = chain_.read_undo(entry);
    // The chain has returned to a state without this block; `follow` sees it next.
    if (entry.is_forgotten()) return;
    if (!block || !undo) {
        throw StorageError(fmt::format("{}: block {} (height {}) or its undo data are missing. {}",
                                       name_, entry.hash.to_hex(), entry.height,
                                       "Start with -reindex to rebuild them."));
    }
    recorder_.record(entry, *block, *undo, batch_);
    at_ = &entry;
}

void Follower::write() {
    {
        const std::lock_guard lock(mutex_);
        if (recorded_ == at_) return;
    }
    ByteWriter progress;
    const auto locator = chain::ChainView::locator_from(*at_);
    progress.compact_size(locator.size());
    for (const auto& hash : locator)
        progress.bytes(hash.bytes);
    batch_.put(ByteSpan{&progress_key, 1}, progress.view());
    database_.write(batch_, sync_writes_);
    batch_.clear();
    last_write_ = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    recorded_ = at_;
    changed_.notify_all();
}

void Follower::settle() {
    bool was_synced = false;
    {
        const std::lock_guard lock(mutex_);
        was_synced = std::exchange(is_synced_, true);
        changed_.notify_all();
    }
    if (!was_synced) log::info("{} is enabled at height {}", name_, at_->height);
}

}  // namespace daler::index
