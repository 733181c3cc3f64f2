#include <daler/snapshots/snapshots.h>

#include <daler/ledger/ledger.h>
#include <daler/util/log.h>
#include <daler/wallet/wallet_service.h>

#include <fmt/format.h>

namespace daler::snapshots {
namespace {

constexpr std::string_view suffix = ".snapshot";
constexpr std::string_view journal_name = "revert";
// A pruned node serves that many of its last blocks (BIP 159), so a reverted one needs them, too.
constexpr Height kept_below_tip = 288;

bool is_name(std::string_view name) {
    constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    return !name.empty() && name.size() <= Snapshots::max_name_length &&
           name.find_first_not_of(allowed) == std::string_view::npos;
}

std::string no_such_snapshot(const std::string& name) {
    return fmt::format("There is no snapshot \"{}\". See listsnapshots.", name);
}

}  // namespace

Snapshots::Snapshots(Parts parts) : parts_(std::move(parts)) {
    note_heights();
}

void Snapshots::note_heights() {
    Height unneeded = std::numeric_limits<Height>::max();
    for (const auto& summary : list())
        unneeded = std::min(unneeded, summary.height - kept_below_tip);
    unneeded_height_ = unneeded;
}

std::filesystem::path Snapshots::file_of(const std::string& name) const {
    return parts_.folder / (name + std::string(suffix));
}

std::filesystem::path Snapshots::journal() const {
    return parts_.folder / journal_name;
}

// On the wallet thread, so that no payment is made meanwhile; the ledger works for it alone.
template <class Work>
auto Snapshots::alone(Work work) -> std::invoke_result_t<Work&> {
    const auto held = [&] {
        const ledger::Ledger::Hold hold(parts_.ledger);
        return work();
    };
    return parts_.wallets ? parts_.wallets->call(held) : held();
}

void Snapshots::remove(const std::filesystem::path& file) {
    parts_.files.remove(file);
    parts_.files.sync_folder(parts_.folder);
}

std::vector<Summary> Snapshots::list() const {
    std::vector<Summary> out;
    for (const auto& file : parts_.files.list(parts_.folder)) {
        if (!file.ends_with(suffix)) continue;
        Bytes head(summary_size);
        const auto path = parts_.folder / file;
        head.resize(parts_.files.open(path, storage::OpenMode::read)->read(head, 0));
        auto summary = decode_summary(head);
        if (!summary) {
            log::warning("{} is damaged. Remove it.", path.string());
            continue;
        }
        summary->name = file.substr(0, file.size() - suffix.size());
        out.push_back(std::move(*summary));
    }
    std::ranges::sort(out, {}, &Summary::number);
    return out;
}

std::string Snapshots::free_name() const {
    for (std::uint64_t number = 1;; ++number)
        if (!parts_.files.exists(file_of(std::to_string(number)))) return std::to_string(number);
}

Result<Summary, std::string> Snapshots::take(const std::optional<std::string>& name) {
    if (name && !is_name(*name)) {
        return fail(fmt::format("A name has 1 to {} letters, digits, \"-\", \"_\" and \".\".",
                                max_name_length));
    }
    return alone([&]() -> Result<Summary, std::string> {
        if (name && parts_.files.exists(file_of(*name))) {
            return fail(
                fmt::format("There is a snapshot \"{}\". Drop it first, or choose another "
                            "name.",
                            *name));
        }
        const auto others = list();
        if (others.size() >= max_snapshots)
            return fail(fmt::format("There are {} snapshots. Drop some.", others.size()));
        auto snapshot = capture();
        if (!snapshot) return fail(snapshot.error());
        auto& summary = snapshot->summary;
        summary.name = name ? *name : free_name();
        summary.number = others.empty() ? 1 : others.back().number + 1;
        const auto bytes = encode(*snapshot);
        if (bytes.size() > max_snapshot_size) {
            return fail(fmt::format("The snapshot would have {} MiB. At most {} are possible.",
                                    bytes.size() >> 20, max_snapshot_size >> 20));
        }
        parts_.files.create_folders(parts_.folder);
        storage::require_free_space(parts_.files, parts_.folder, bytes.size());
        storage::write_atomically(parts_.files, file_of(summary.name), bytes);
        note_heights();
        return summary;
    });
}

Result<Snapshot, std::string> Snapshots::capture() const {
    auto* wallets = parts_.wallets;
    if (wallets) {
        if (auto idle = wallets->check_idle(); !idle) return fail(idle.error().message);
    }
    Snapshot out;
    out.chain = parts_.ledger.call([](ledger::State& state) { return state.chain.savepoint(); });
    // Wallets may broadcast payments when they learn of blocks, so the mempool comes after them.
    if (wallets) wallets->process_notifications();
    parts_.ledger.call([&](ledger::State& state) {
        out.mempool = state.mempool.saved();
        out.fee_estimates = state.mempool.fee_estimates();
    });
    if (wallets) out.wallets = wallets->savepoint();
    out.clock = parts_.clock.setting();
    out.auto_mining = parts_.auto_miner.setting();
    const auto& tip = parts_.ledger.view()->tip();
    out.summary.created = parts_.clock.now();
    out.summary.height = tip.height;
    out.summary.tip = tip.hash;
    return out;
}

Result<Snapshot, std::string> Snapshots::read(const std::string& name) const {
    const auto file = file_of(name);
    if (!is_name(name) || !parts_.files.exists(file)) return fail(no_such_snapshot(name));
    if (parts_.files.open(file, storage::OpenMode::read)->size() > max_snapshot_size)
        return fail(fmt::format("{} is too large for a snapshot.", file.string()));
    auto snapshot = decode_snapshot(storage::read_file(parts_.files, file).value_or(Bytes{}));
    if (!snapshot)
        return fail(fmt::format("{} is damaged: {}.", file.string(), describe(snapshot.error())));
    snapshot->summary.name = name;
    return std::move(*snapshot);
}

Result<void, std::string> Snapshots::can_return_to(const Snapshot& snapshot) const {
    if (parts_.wallets && snapshot.wallets) {
        if (auto idle = parts_.wallets->check_idle(); !idle) return fail(idle.error().message);
    }
    return parts_.ledger.call(
        [&](ledger::State& state) { return state.chain.can_return_to(snapshot.chain); });
}

Result<Reverted, std::string> Snapshots::revert(const std::optional<std::string>& name) {
    return alone([&]() -> Result<Reverted, std::string> {
        const auto all = list();
        if (!name && all.empty()) return fail(std::string("There is no snapshot."));
        const auto snapshot = read(name ? *name : all.back().name);
        if (!snapshot) return fail(snapshot.error());
        if (auto possible = can_return_to(*snapshot); !possible) return fail(possible.error());
        storage::write_atomically(parts_.files, journal(), as_bytes(snapshot->summary.name));
        try {
            return apply(*snapshot, true);
        } catch (const StorageError& error) {
            log::error("{}", error.what());
            parts_.fatal();
            throw;
        }
    });
}

// Every step may have been done before: by the run that a crash ended.
Reverted Snapshots::apply(const Snapshot& snapshot, bool reopen_wallets) {
    Reverted out;
    out.snapshot = snapshot.summary;
    out.height_before = parts_.ledger.view()->height();
    parts_.clock.set(snapshot.clock);
    parts_.keep_chain_time();
    out.moved_wallets = return_chain_and_wallets(snapshot, reopen_wallets);
    parts_.keep_mempool(snapshot.mempool);
    return_auto_mining(snapshot.auto_mining);
    out.dropped = drop_later(snapshot.summary);
    remove(journal());
    note_heights();
    log::info("Reverted to snapshot \"{}\": height {}, was {}", snapshot.summary.name,
              snapshot.summary.height, out.height_before);
    return out;
}

std::vector<wallet::MovedWallet> Snapshots::return_chain_and_wallets(const Snapshot& snapshot,
                                                                     bool reopen_wallets) {
    const auto return_chain = [&] {
        parts_.ledger.call([&](ledger::State& state) {
            state.return_to(snapshot.chain, snapshot.mempool);
            state.mempool.fee_estimates() = snapshot.fee_estimates;
        });
    };
    if (parts_.wallets && snapshot.wallets)
        return parts_.wallets->return_to(*snapshot.wallets, return_chain, reopen_wallets);
    return_chain();
    return {};
}

void Snapshots::return_auto_mining(const mining::AutoMineSetting& setting) {
    using Keep = mining::AutoMiner::Keep;
    const auto now = parts_.auto_miner.setting();
    if (now.when.is_off() && now == setting) return;
    // Also if it is the same: the miner may use an address that the wallet has not given out now.
    const auto done =
        parts_.auto_miner.set(setting, now == setting ? Keep::this_run : Keep::in_file);
    if (!done) log::warning("Automatic mining does not return: {}", done.error());
}

std::vector<std::string> Snapshots::drop_later(const Summary& snapshot) {
    std::vector<std::string> out;
    for (const auto& other : list()) {
        if (other.number <= snapshot.number) continue;
        parts_.files.remove(file_of(other.name));
        out.push_back(other.name);
    }
    return out;
}

Result<void, std::string> Snapshots::drop(const std::string& name) {
    return alone([&]() -> Result<void, std::string> {
        if (!is_name(name) || !parts_.files.exists(file_of(name)))
            return fail(no_such_snapshot(name));
        remove(file_of(name));
        note_heights();
        return {};
    });
}

Result<bool, std::string> Snapshots::finish_after_crash() {
    const auto name = storage::read_file(parts_.files, journal());
    if (!name) return false;
    return alone([&]() -> Result<bool, std::string> {
        const auto snapshot = read(std::string(as_text(*name)));
        auto possible =
            snapshot ? can_return_to(*snapshot) : Result<void, std::string>(fail(snapshot.error()));
        if (!possible) {
            return fail(
                fmt::format("A revert was interrupted and cannot be completed: {} Remove "
                            "{} to start with the present state.",
                            possible.error(), journal().string()));
        }
        log::info("Completing an interrupted revert");
        (void)apply(*snapshot, false);
        return true;
    });
}

}  // namespace daler::snapshots
