#include "pool.h"

#include <daler/util/ensure.h>

namespace daler::mempool {
namespace {

__extension__ using Wide = __int128;

// The nodes of the three orders, the tables of ids, and what the allocator adds to both pieces of
// memory of an entry.
constexpr std::size_t entry_overhead = 136;
constexpr std::size_t spender_overhead = 28;
constexpr std::uint32_t family_overhead = 240;  // with some relatives
constexpr std::size_t fewest_to_tidy = 64;

template <const EntrySet& (Entry::*links)() const>
std::vector<const Entry*> closure(const EntrySet& from) {
    std::vector<const Entry*> found(from.begin(), from.end());
    if (found.empty()) return found;
    boost::unordered_flat_set<const Entry*> seen(from.begin(), from.end());
    for (std::size_t i = 0; i < found.size(); ++i) {
        for (const Entry* next : (found[i]->*links)())
            if (seen.insert(next).second) found.push_back(next);
    }
    return found;
}

}  // namespace

const EntrySet& Entry::nobody() {
    static const EntrySet none;
    return none;
}

Entry::Entry(const Candidate& candidate)
    : EntryFacts(candidate),
      signals_replacement_(policy::signals_replacement(*candidate.tx)),
      packed_(*candidate.tx) {
    usage_ = static_cast<std::uint32_t>(sizeof(Entry) + packed_.heap_usage() + entry_overhead +
                                        candidate.tx->inputs.size() * spender_overhead);
}

std::size_t usage_of(const SealedTransaction& tx) {
    std::size_t sum = sizeof(SealedTransaction) + tx.inputs.capacity() * sizeof(TxInput) +
                      tx.outputs.capacity() * sizeof(TxOutput);
    for (const auto& input : tx.inputs) {
        sum += input.script_sig.heap_usage() + input.witness.capacity() * sizeof(Bytes);
        for (const auto& item : input.witness)
            sum += item.capacity();
    }
    for (const auto& output : tx.outputs)
        sum += output.script_pubkey.heap_usage();
    return sum;
}

std::strong_ordering Rate::operator<=>(const Rate& other) const {
    const Wide left = Wide{fee.satoshis()} * other.vsize;
    const Wide right = Wide{other.fee.satoshis()} * vsize;
    return left < right   ? std::strong_ordering::less
           : right < left ? std::strong_ordering::greater
                          : std::strong_ordering::equal;
}

Rate mining_rate(Amount fee, std::int64_t vsize, const Totals& ancestors) {
    return std::min(Rate{fee, vsize}, Rate{ancestors.fee, ancestors.vsize});
}

bool ByDescendantScore::operator()(const Entry& a, const Entry& b) const {
    const auto rate = [](const Entry& entry) {
        const Totals descendants = entry.descendants();
        return std::max(Rate{entry.modified_fee, entry.vsize},
                        Rate{descendants.fee, descendants.vsize});
    };
    const auto order = rate(a) <=> rate(b);
    if (order != 0) return order < 0;
    return a.entered > b.entered;
}

bool ByAncestorScore::operator()(const Entry& a, const Entry& b) const {
    const auto order = mining_rate(a.modified_fee, a.vsize, a.ancestors()) <=>
                       mining_rate(b.modified_fee, b.vsize, b.ancestors());
    if (order != 0) return order > 0;
    return a.txid() < b.txid();
}

const Entry* Pool::find(const Txid& txid) const {
    const auto found = by_txid_.find(txid);
    return found == by_txid_.end() ? nullptr : *found;
}

const Entry* Pool::find(const Wtxid& wtxid) const {
    const auto found = by_wtxid_.find(wtxid);
    return found == by_wtxid_.end() ? nullptr : *found;
}

const Entry* Pool::spender(const OutPoint& outpoint) const {
    const auto found = spenders_.find(outpoint);
    return found == spenders_.end() ? nullptr : found->entry;
}

TransactionRef Pool::transaction_once(const Entry& entry) const {
    const auto known = unpacked_.find(&entry);
    if (known != unpacked_.end())
        if (auto tx = known->second.lock()) return tx;
    return entry.packed().unpack();
}

TransactionRef Pool::transaction(const Entry& entry) const {
    auto tx = transaction_once(entry);
    remember(entry, tx);
    return tx;
}

void Pool::remember(const Entry& entry, const TransactionRef& tx) const {
    unpacked_[&entry] = tx;
    if (unpacked_.size() < next_tidying_) return;
    boost::unordered::erase_if(unpacked_, [](const auto& known) { return known.second.expired(); });
    next_tidying_ = std::max(fewest_to_tidy, 2 * unpacked_.size());
}

EntrySet Pool::parents_of(const Transaction& tx) const {
    EntrySet parents;
    for (const auto& input : tx.inputs)
        if (const Entry* parent = find(input.prevout.txid)) parents.insert(parent);
    return parents;
}

EntrySet Pool::children_of(const SealedTransaction& tx) const {
    EntrySet children;
    for (std::uint32_t i = 0; i < tx.outputs.size(); ++i)
        if (const Entry* child = spender({tx.txid, i})) children.insert(child);
    return children;
}

std::vector<const Entry*> Pool::with_ancestors(const EntrySet& from) {
    return closure<&Entry::parents>(from);
}

std::vector<const Entry*> Pool::with_descendants(const EntrySet& from) {
    return closure<&Entry::children>(from);
}

template <class Change>
void Pool::modify(const Entry& entry, Change change) {
    ensure(entries_.modify(entries_.iterator_to(entry), change));
}

const Entry& Pool::insert(const Candidate& candidate) {
    const SealedTransaction& tx = *candidate.tx;
    const EntrySet parents = parents_of(tx);
    const auto [place, inserted] = entries_.emplace(candidate);
    ensure(inserted);
    const Entry& added = *place;
    remember(added, candidate.tx);
    add_to_tables(added);
    if (!parents.empty()) link(added, parents);
    return added;
}

void Pool::add_to_tables(const Entry& entry) {
    ensure(by_txid_.insert(&entry).second);
    by_wtxid_.insert(&entry);
    entry.packed().visit_prevouts([&](std::uint32_t position) {
        ensure(spenders_.insert(Spender{&entry, position}).second);
    });
    usage_ += entry.usage();
    vsize_ += entry.vsize;
    total_fee_ += entry.fee;
}

/// Requires: the entry is the newest, without children.
void Pool::link(const Entry& entry, const EntrySet& parents) {
    const auto above = with_ancestors(parents);
    Totals sum = entry.own();
    for (const Entry* ancestor : above)
        sum.add(ancestor->own());
    modify(entry, [&](Entry& changed) {
        family_of(changed).ancestors = sum;
        family_of(changed).parents = parents;
    });
    for (const Entry* parent : parents)
        family_of(*parent).children.insert(&entry);
    for (const Entry* ancestor : above)
        modify(*ancestor, [&](Entry& changed) { family_of(changed).descendants.add(entry.own()); });
}

Entry::Family& Pool::family_of(const Entry& entry) {
    if (!entry.family_) {
        entry.family_.reset(new Entry::Family{entry.own(), entry.own(), {}, {}});
        entry.usage_ += family_overhead;
        usage_ += family_overhead;
    }
    return *entry.family_;
}

void Pool::sum_ancestors(const Entry& entry) {
    Totals sum = entry.own();
    for (const Entry* ancestor : ancestors(entry))
        sum.add(ancestor->own());
    modify(entry, [&](Entry& changed) { family_of(changed).ancestors = sum; });
}

void Pool::sum_descendants(const Entry& entry) {
    Totals sum = entry.own();
    for (const Entry* descendant : descendants(entry))
        sum.add(descendant->own());
    modify(entry, [&](Entry& changed) { family_of(changed).descendants = sum; });
}

void Pool::link_children(const std::vector<const Entry*>& entries) {
    EntrySet above, below;
    for (const Entry* entry : entries) {
        for (const Entry* child : children_of(*transaction(*entry))) {
            if (!family_of(*entry).children.insert(child).second) continue;
            family_of(*child).parents.insert(entry);
            above.insert(entry);
            below.insert(child);
        }
    }
    // An ancestor may now be reached by several paths, so the sums are computed again.
    for (const Entry* entry : with_descendants(below))
        sum_ancestors(*entry);
    for (const Entry* entry : with_ancestors(above))
        sum_descendants(*entry);
}

void Pool::erase(const Entry& entry) {
    if (entry.family_) unlink(entry);
    remove_from_tables(entry);
    entries_.erase(entries_.iterator_to(entry));
}

void Pool::unlink(const Entry& entry) {
    for (const Entry* below : descendants(entry))
        modify(*below, [&](Entry& changed) { family_of(changed).ancestors.add(entry.own(), -1); });
    for (const Entry* above : ancestors(entry))
        modify(*above,
               [&](Entry& changed) { family_of(changed).descendants.add(entry.own(), -1); });
    for (const Entry* parent : entry.parents())
        family_of(*parent).children.erase(&entry);
    for (const Entry* child : entry.children())
        family_of(*child).parents.erase(&entry);
}

void Pool::remove_from_tables(const Entry& entry) {
    entry.packed().visit_prevouts([&](std::uint32_t position) {
        spenders_.erase(Spender{&entry, position});
    });
    by_txid_.erase(&entry);
    by_wtxid_.erase(&entry);
    unpacked_.erase(&entry);
    usage_ -= entry.usage();
    vsize_ -= entry.vsize;
    total_fee_ -= entry.fee;
}

void Pool::set_modified_fee(const Entry& entry, Amount fee) {
    const Amount delta = fee - entry.modified_fee;
    for (const Entry* below : descendants(entry))
        modify(*below, [&](Entry& changed) { family_of(changed).ancestors.fee += delta; });
    for (const Entry* above : ancestors(entry))
        modify(*above, [&](Entry& changed) { family_of(changed).descendants.fee += delta; });
    modify(entry, [&](Entry& changed) {
        changed.modified_fee += delta;
        if (!changed.family_) return;
        changed.family_->ancestors.fee += delta;
        changed.family_->descendants.fee += delta;
    });
}

}  // namespace daler::mempool
