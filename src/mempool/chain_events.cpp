// Chain events: blocks remove transactions, reorganisations add them again.
#include "state.h"

#include <daler/primitives/chain_params.h>

#include <algorithm>

namespace daler::mempool {
namespace {

constexpr std::uint32_t relative_lock_disabled = 1u << 31;  // BIP 68

}  // namespace

void Mempool::block_connected(const Block& block, Height height, BlockTime now) {
    Impl& self = *impl_;
    std::vector<fees::Counted> confirmed;
    for (const auto& tx : block.transactions) {
        if (const Entry* entry = self.pool.find(tx->txid)) {
            if (entry->is_counted) confirmed.push_back(counted(*entry));
            const bool same = entry->wtxid() == tx->wtxid;
            self.remove(*entry, same ? tx : self.pool.transaction(*entry), RemovalReason::block);
        } else {
            // Only a transaction that was not in the pool can conflict with entries.
            self.remove_conflicts(*tx);
        }
        self.deltas.erase(tx->txid);
    }
    if (self.estimator) self.estimator->block_connected(height, confirmed);
    self.disconnected.remove(block);
    self.rolling_fee.block(now);
}

void Mempool::block_disconnected(const Block& block) {
    impl_->disconnected.add(block);
}

void Mempool::reorganised(BlockTime now, std::chrono::seconds chain_offset) {
    Impl& self = *impl_;
    for (const auto& dropped : self.disconnected.take_dropped())
        self.drop(dropped);
    AcceptOptions options;
    options.now = now;
    options.chain_offset = chain_offset;
    options.bypass_limits = true;
    self.take_back(options);
    self.remove_long_chains();
    self.remove_what_became_invalid();
    self.expire(now);
    self.trim();
}

void Mempool::Impl::remove_conflicts(const Transaction& confirmed) {
    for (const auto& input : confirmed.inputs) {
        const Entry* other = pool.spender(input.prevout);
        if (!other) continue;
        deltas.erase(other->txid());
        EntrySet root;
        root.insert(other);
        remove_with_descendants(root, RemovalReason::conflict);
    }
}

// Removes this transaction and the entries that spend its outputs.
void Mempool::Impl::drop(const Disconnected::Dropped& gone) {
    EntrySet roots;
    if (const Entry* entry = pool.find(gone.txid)) roots.insert(entry);
    for (std::uint32_t i = 0; i < gone.outputs; ++i)
        if (const Entry* child = pool.spender({gone.txid, i})) roots.insert(child);
    remove_with_descendants(roots, RemovalReason::reorg);
}

// Adds the transactions of each block separately, the earliest block first, so that parents come
// before their children. Entries that were in the pool before are linked at the end: they did not
// count for the limits when the blocks were made.
void Mempool::Impl::take_back(const AcceptOptions& options) {
    std::vector<const Entry*> returned;
    for (const auto& from_block : disconnected.take())
        for (const Entry* entry : take_back(from_block, options))
            returned.push_back(entry);
    pool.link_children(returned);
}

// Returns the entries that stay.
EntryHashSet Mempool::Impl::take_back(const std::vector<TransactionRef>& from_block,
                                      const AcceptOptions& options) {
    EntryHashSet returned;
    for (const auto& tx : from_block) {
        if (!tx->is_coinbase()) {
            Admission admission(rules, pool, tx, options, delta_of(tx->txid), min_fee(options.now));
            admission.count_only(returned);
            if (!admission.check() && admission.replaced().empty()) {
                const Entry& added = insert(admission.entry());
                report_added(added, tx);
                returned.insert(&added);
                continue;
            }
        }
        if (!pool.find(tx->txid)) drop({tx->txid, static_cast<std::uint32_t>(tx->outputs.size())});
    }
    // Now the transactions of earlier blocks count, too.
    EntrySet too_long;
    for (const Entry* entry : returned)
        if (has_too_many_ancestors(*entry)) too_long.insert(entry);
    for (const Entry* entry : Pool::with_descendants(too_long)) {
        returned.erase(entry);
        // Children that were in the pool before are not linked yet.
        for (const Entry* child : pool.children_of(*pool.transaction(*entry)))
            too_long.insert(child);
    }
    remove_with_descendants(too_long, RemovalReason::size_limit);
    return returned;
}

bool Mempool::Impl::has_too_many_ancestors(const Entry& entry) const {
    return entry.ancestors().count > rules.limits.ancestor_count ||
           entry.ancestors().vsize > rules.limits.ancestor_vsize;
}

// With the returned transactions, chains in the pool can exceed the limits.
void Mempool::Impl::remove_long_chains() {
    EntrySet too_long;
    for (const Entry& entry : pool.entries())
        if (has_too_many_ancestors(entry)) too_long.insert(&entry);
    remove_with_descendants(too_long, RemovalReason::size_limit);
}

// Checks coinbase maturity and relative lock times of an entry for the block after the tip.
bool Mempool::Impl::may_be_next(const Entry& entry) const {
    const TransactionRef tx = pool.transaction_once(entry);
    std::vector<consensus::Coin> coins;
    std::vector<TransactionRef> spent;  // kept, so that each is unpacked once
    for (const auto& input : tx->inputs) {
        if (const Entry* parent = pool.find(input.prevout.txid)) {
            spent.push_back(pool.transaction(*parent));
            coins.push_back(
                {spent.back()->outputs[input.prevout.index], unconfirmed_height, false});
            continue;
        }
        auto coin = rules.chain.coin(input.prevout);
        if (!coin) return false;
        coins.push_back(std::move(*coin));
    }
    return are_sequences_final(*tx, coins, rules.chain) &&
           consensus::check_inputs(*tx, coins, rules.chain.height() + 1,
                                   rules.params.coinbase_maturity)
               .has_value();
}

void Mempool::Impl::remove_what_became_invalid() {
    const Height tip = rules.chain.height();
    const BlockTime median = rules.chain.median_time_past(tip);
    EntrySet invalid;
    for (const Entry& entry : pool.entries()) {
        const TransactionRef tx = pool.transaction_once(entry);
        if (!consensus::is_final(*tx, tip + 1, median)) {
            invalid.insert(&entry);
            continue;
        }
        const bool locked = std::ranges::any_of(tx->inputs, [](const TxInput& input) {
            return (input.sequence & relative_lock_disabled) == 0;
        });
        if (!entry.spends_coinbase && !(tx->version >= 2 && locked)) continue;
        if (!may_be_next(entry)) invalid.insert(&entry);
    }
    remove_with_descendants(invalid, RemovalReason::reorg);
}

}  // namespace daler::mempool
