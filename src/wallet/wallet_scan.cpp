// Reads blocks: when a wallet is opened, and again when keys were added. Works in slices, so that
// other calls run on the wallet thread in between.

#include <daler/wallet/wallet.h>

#include <fmt/format.h>

namespace daler::wallet {
namespace {

using std::chrono::steady_clock;

// Clocks of miners differ: a key's first payment may be in a block that claims to be older.
constexpr std::int64_t block_time_margin = 2 * 60 * 60;
// Length of a slice. A slice takes longer only to finish a block.
constexpr std::chrono::milliseconds slice{20};
constexpr std::size_t derivations_per_look = 20;  // about a millisecond
constexpr std::size_t bytes_per_script = 64;
// The scripts of a new wallet's default keypools: half a second.
constexpr std::uint64_t many_derivations = 10'000;

enum class Relation {
    none,
    possible,   ///< of a transaction to the wallet
    unreadable  ///< the bytes are no block
};

/// Looks through a block without making its transactions, since most blocks have nothing to do with
/// a wallet.
Relation relation_to(ByteSpan block, const History& history) {
    ByteReader reader(block);
    (void)reader.bytes(BlockHeader::size);
    TransactionView tx;
    for (auto left = reader.compact_size(); left > 0; --left) {
        if (!tx.read(reader)) return Relation::unreadable;
        if (history.may_concern(tx)) return Relation::possible;
    }
    return reader.finish() == DecodeError::none ? Relation::none : Relation::unreadable;
}

}  // namespace

bool Wallet::is_interrupted() const {
    return context_.interrupt || node().is_stopping();
}

Outcome<void> Wallet::scan_block(const chain::BlockEntry& entry, bool use_filters) {
    if (is_interrupted()) return fail(FailureKind::misc, "Rescan aborted.");
    keys_.top_up_all();
    // Looking through a small block is faster than looking for each script in its filter.
    if (use_filters && entry.block_size > bytes_per_script * keys_.script_count() &&
        !node().may_contain(entry, keys_.scripts())) {
        return {};
    }
    const Bytes bytes = node().read_block(entry);
    switch (relation_to(bytes, history_)) {
        case Relation::none:
            return {};
        case Relation::possible:
            if (const auto block = decode_block(bytes)) {
                take_block(entry, *block, true);
                return {};
            }
            [[fallthrough]];
        case Relation::unreadable:
            break;
    }
    return fail(FailureKind::misc,
                fmt::format("There was an error reading block {} at height {}, perhaps because its "
                            "data is not stored any more. Rescanning needs it.",
                            entry.hash.to_hex(), entry.height));
}

Outcome<bool> Wallet::follow(const chain::BlockEntry& target, Deadline deadline) {
    const auto* fork = chain::last_common_ancestor(tip_, &target);
    if (fork != tip_) {
        history_.rewind(fork->height);
        tip_ = fork;
        ++unwritten_blocks_;
    }
    const bool use_filters = may_use_filters();
    for (Height height = tip_->height + 1; height <= target.height; ++height) {
        if (steady_clock::now() > deadline) return false;
        const auto* entry = target.ancestor(height);
        if (auto scanned = scan_block(*entry, use_filters); !scanned)
            return daler::fail(scanned.error());
        tip_ = entry;
        history_.set_tip_height(height);
        ++unwritten_blocks_;
    }
    return true;
}

bool Wallet::has_much_to_derive() const {
    return keys_.underived() > many_derivations;
}

Outcome<bool> Wallet::catch_up() {
    const auto deadline = steady_clock::now() + slice;
    const auto view = node().view();
    // Missing scripts are derived before the first block is read. If there is no block to read,
    // they are derived later: when one comes, or when the thread is idle.
    derives_at_once_ |= tip_ != &view->tip() || has_much_to_derive();
    while (derives_at_once_ && keys_.top_up(derivations_per_look)) {
        if (is_interrupted()) return fail(FailureKind::wallet, "Loading was interrupted.");
        if (steady_clock::now() > deadline) return false;
    }
    auto done = follow(view->tip(), deadline);
    if (!done && !is_interrupted())
        return fail(FailureKind::wallet, "Wallet loading failed. " + done.error().message);
    if (!done || !*done) return done;
    adopt_mempool();
    report_moves();
    rebroadcast(Offered::missing, std::numeric_limits<std::int64_t>::max());
    return true;
}

Height Wallet::first_height_since(std::int64_t created) const {
    const auto* first = tip_;
    for (const auto* entry = tip_; entry; entry = entry->previous)
        if (entry->header.time >= created - block_time_margin) first = entry;
    return first->height;
}

Outcome<void> Wallet::begin_scan() {
    if (scan_) {
        return fail(FailureKind::wallet,
                    "Wallet is currently rescanning. Abort existing rescan or wait.");
    }
    scan_.emplace();
    return {};
}

bool Wallet::abort_scan() {
    return scan_ && !std::exchange(scan_->aborted, true);
}

Outcome<void> Wallet::check_scan() const {
    if (!is_interrupted() && !(scan_ && scan_->aborted)) return {};
    return fail(FailureKind::misc, "Rescan aborted.");
}

ScanRange Wallet::scan_range(Height first, std::optional<Height> last) const {
    return {first, std::min(last.value_or(tip_->height), tip_->height), !last};
}

Outcome<bool> Wallet::scan_some(ScanRange& range) {
    const auto deadline = steady_clock::now() + slice;
    while (keys_.top_up(derivations_per_look)) {
        if (auto wanted = check_scan(); !wanted) return daler::fail(wanted.error());
        if (steady_clock::now() > deadline) return false;
    }
    const bool use_filters = may_use_filters();
    // A reorganisation may have taken blocks away since the last time.
    range.last = range.to_tip ? tip_->height : std::min(range.last, tip_->height);
    for (; range.next <= range.last; ++range.next) {
        if (auto wanted = check_scan(); !wanted) return daler::fail(wanted.error());
        if (steady_clock::now() > deadline) return false;
        // The genesis block is left out: its transaction cannot be spent.
        if (range.next == 0) continue;
        if (auto scanned = scan_block(*tip_->ancestor(range.next), use_filters); !scanned)
            return daler::fail(scanned.error());
        if (scan_) {
            scan_->progress = static_cast<double>(range.next - range.first + 1) /
                              static_cast<double>(range.last - range.first + 1);
        }
    }
    adopt_mempool();
    commit();
    return true;
}

Outcome<bool> Wallet::refill(std::uint32_t size) {
    const auto deadline = steady_clock::now() + slice;
    const auto target = size == 0 ? keys_.keypool() : size;
    for (const auto& [key, position] : keys_.active()) {
        const auto ready = [&] {
            const auto& record = keys_.records()[position];
            return record.range_end - record.next_index;
        };
        // Widen in small steps: processing a block first derives the rest of the range.
        while (ready() < target) {
            if (is_interrupted()) return fail(FailureKind::misc, "Shutting down");
            if (steady_clock::now() > deadline) return false;
            const auto more = static_cast<std::uint32_t>(derivations_per_look);
            if (!keys_.widen(position, std::min(ready() + more, target))) break;
            descriptors_changed_.insert(position);
            keys_.top_up_all();
        }
    }
    while (keys_.top_up(derivations_per_look)) {
        if (is_interrupted()) return fail(FailureKind::misc, "Shutting down");
        if (steady_clock::now() > deadline) return false;
    }
    if (is_dirty()) commit();
    return true;
}

}  // namespace daler::wallet
