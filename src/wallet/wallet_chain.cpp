// How a wallet follows the chain and the mempool.

#include <daler/util/log.h>
#include <daler/wallet/wallet.h>

#include <fmt/format.h>

namespace daler::wallet {
namespace {

// Clocks of miners differ: a key's first payment may be in a block that claims to be older.
constexpr std::int64_t block_time_margin = 2 * 60 * 60;

}  // namespace

void Wallet::take_block(const chain::BlockEntry& entry, const Block& block, bool scanning) {
    keys_.top_up_all();
    std::size_t known = 0;
    // A payment may make addresses ours that the block paid before it: read it again then.
    do {
        known = keys_.script_count();
        for (std::uint32_t i = 0; i < block.transactions.size(); ++i) {
            history_.confirm(block.transactions[i], entry, i, now(), scanning);
        }
    } while (keys_.script_count() != known);
    note_changes();
}

Outcome<void> Wallet::scan_block(const chain::BlockEntry& entry) {
    if (context_.interrupt) return fail(FailureKind::misc, "Rescan aborted.");
    const auto block = node().read_block(entry);
    if (!block) {
        return fail(FailureKind::misc,
                    fmt::format("There was an error reading block {} at height {}, perhaps because "
                                "its data is not stored any more. Rescanning needs it.",
                                entry.hash.to_hex(), entry.height));
    }
    take_block(entry, *block, true);
    return {};
}

Outcome<void> Wallet::follow(const chain::BlockEntry& target) {
    const auto* fork = chain::last_common_ancestor(tip_, &target);
    if (fork != tip_) {
        history_.rewind(fork->height);
        tip_ = fork;
        ++unwritten_blocks_;
    }
    if (tip_ == &target) return {};
    for (Height height = tip_->height + 1; height <= target.height; ++height) {
        const auto* entry = target.ancestor(height);
        if (auto scanned = scan_block(*entry); !scanned) return scanned;
        tip_ = entry;
        history_.set_tip_height(height);
        ++unwritten_blocks_;
    }
    return {};
}

void Wallet::block_connected(const chain::BlockEntry& entry, const BlockRef& block) {
    // News may be older than the chain that we found when we opened.
    if (entry.is_ancestor_of(*tip_)) return;
    if (entry.previous != tip_) {
        if (auto done = follow(entry); !done) {
            log::error("wallet {}: cannot follow the chain: {}", name_, done.error().message);
            return;
        }
    } else {
        take_block(entry, *block, false);
        tip_ = &entry;
        history_.set_tip_height(entry.height);
        ++unwritten_blocks_;
    }
    offer_revived();
}

void Wallet::block_disconnected(const chain::BlockEntry& entry) {
    if (tip_ != &entry) return;
    tip_ = entry.previous;
    history_.rewind(tip_->height);
    ++unwritten_blocks_;
}

void Wallet::transaction_added(const TransactionRef& tx) {
    keys_.top_up_all();
    history_.mempool_added(tx, now());
    note_changes();
}

void Wallet::transaction_removed(const TransactionRef& tx) {
    history_.mempool_removed(tx);
}

void Wallet::adopt_mempool() {
    for (const auto& tx : node().mempool_transactions()) {
        transaction_added(tx);
    }
}

void Wallet::note_changes() {
    note_used_addresses();
    unlock_spent_coins();
}

void Wallet::unlock_spent_coins() {
    std::erase_if(locked_, [this](const OutPoint& coin) { return history_.is_spent(coin); });
    if (std::erase_if(persistent_locked_,
                      [this](const OutPoint& coin) { return history_.is_spent(coin); }) > 0) {
        locks_changed_ = true;
    }
}

void Wallet::note_used_addresses() {
    for (const auto& place : history_.take_used()) {
        descriptors_changed_.insert(place.record);
        // An address that somebody pays was given to somebody, perhaps by another copy of this
        // wallet.
        if (keys_.active_internal(place.record).value_or(true)) continue;
        const auto scripts = keys_.records()[place.record].descriptor.scripts(place.index);
        if (!scripts) continue;
        const auto address = descriptor::encode_address(scripts->front(), params().address);
        if (address && !labels_.contains(*address)) put_label(*address, {"", "receive"});
    }
}

Height Wallet::first_height_since(std::int64_t created) const {
    const auto* first = tip_;
    for (const auto* entry = tip_; entry; entry = entry->previous) {
        if (entry->header.time >= created - block_time_margin) first = entry;
    }
    return first->height;
}

Outcome<ScanResult> Wallet::rescan(Height first, std::optional<Height> last) {
    const ScanResult out{first, std::min(last.value_or(tip_->height), tip_->height)};
    for (Height height = out.first; height <= out.last; ++height) {
        // The index knows no transaction of the genesis block: nobody can spend it.
        if (height == 0) continue;
        if (auto scanned = scan_block(*tip_->ancestor(height)); !scanned) {
            return daler::fail(scanned.error());
        }
    }
    adopt_mempool();
    commit();
    return out;
}

void Wallet::offer_revived() {
    if (!options().broadcast) return;
    std::ranges::move(history_.take_revived(), std::back_inserter(revived_));
    std::vector<Txid> too_early;
    for (const auto& txid : revived_) {
        const auto& record = *history_.find(txid);
        if (record.status != TxStatus::inactive || record.abandoned) continue;
        const bool mature = std::ranges::all_of(record.tx->inputs, [this](const TxInput& input) {
            const auto* parent = history_.find(input.prevout.txid);
            return !parent || history_.blocks_to_maturity(*parent) == 0;
        });
        if (!mature) {
            too_early.push_back(txid);
        } else if (node().broadcast(record.tx, Amount{0})) {
            transaction_added(record.tx);
        }
    }
    revived_ = std::move(too_early);
}

void Wallet::rebroadcast() {
    if (!options().broadcast) return;
    std::vector<TransactionRef> unconfirmed;
    for (const auto& [order, txid] : history_.by_order()) {
        const auto& record = *history_.find(txid);
        if (record.status != TxStatus::inactive || record.abandoned || record.tx->is_coinbase()) {
            continue;
        }
        unconfirmed.push_back(record.tx);
    }
    for (const auto& tx : unconfirmed) {
        if (node().broadcast(tx, Amount{0})) transaction_added(tx);
    }
}

}  // namespace daler::wallet
