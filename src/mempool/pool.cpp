#include "pool.h"

#include <daler/util/ensure.h>

namespace daler::mempool {
namespace {

__extension__ using Wide = __int128;

// Pointers of the tree and hash indexes, allocator overhead and links; measured and rounded up.
constexpr std::size_t entry_overhead = 360;
constexpr std::size_t spender_overhead = 64;

template <EntrySet Entry::*links>
std::vector<const Entry*> closure(const EntrySet& from) {
    std::vector<const Entry*> found(from.begin(), from.end());
    boost::unordered_flat_set<const Entry*> seen(from.begin(), from.end());
    for (std::size_t i = 0; i < found.size(); ++i) {
        for (const Entry* next : found[i]->*links)
            if (seen.insert(next).second) found.push_back(next);
    }
    return found;
}

}  // namespace

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
        return std::max(Rate{entry.modified_fee, entry.vsize},
                        Rate{entry.descendants.fee, entry.descendants.vsize});
    };
    const auto order = rate(a) <=> rate(b);
    if (order != 0) return order < 0;
    return a.entered > b.entered;
}

bool ByAncestorScore::operator()(const Entry& a, const Entry& b) const {
    const auto order = mining_rate(a.modified_fee, a.vsize, a.ancestors) <=>
                       mining_rate(b.modified_fee, b.vsize, b.ancestors);
    if (order != 0) return order > 0;
    return a.txid() < b.txid();
}

const Entry* Pool::find(const Txid& txid) const {
    const auto found = entries_.get<tags::txid>().find(txid);
    return found == entries_.get<tags::txid>().end() ? nullptr : &*found;
}

const Entry* Pool::find(const Wtxid& wtxid) const {
    const auto found = entries_.get<tags::wtxid>().find(wtxid);
    return found == entries_.get<tags::wtxid>().end() ? nullptr : &*found;
}

const Entry* Pool::spender(const OutPoint& outpoint) const {
    const auto found = spenders_.find(outpoint);
    return found == spenders_.end() ? nullptr : found->second;
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
    auto& index = entries_.get<tags::txid>();
    ensure(index.modify(index.iterator_to(entry), change));
}

const Entry& Pool::insert(Entry entry) {
    entry.parents = parents_of(*entry.tx);
    entry.children.clear();
    entry.usage = usage_of(*entry.tx) + sizeof(Entry) + entry_overhead +
                  entry.tx->inputs.size() * spender_overhead;
    entry.ancestors = entry.descendants = entry.own();
    const auto above = with_ancestors(entry.parents);
    for (const Entry* ancestor : above)
        entry.ancestors.add(ancestor->own());

    const auto [place, inserted] = entries_.get<tags::txid>().insert(std::move(entry));
    ensure(inserted);
    const Entry& added = *place;
    for (const Entry* parent : added.parents)
        parent->children.insert(&added);
    for (const Entry* ancestor : above)
        modify(*ancestor, [&](Entry& changed) { changed.descendants.add(added.own()); });

    for (const auto& input : added.tx->inputs)
        ensure(spenders_.emplace(input.prevout, &added).second);
    usage_ += added.usage;
    vsize_ += added.vsize;
    total_fee_ += added.fee;
    return added;
}

void Pool::sum_ancestors(const Entry& entry) {
    Totals sum = entry.own();
    for (const Entry* ancestor : ancestors(entry))
        sum.add(ancestor->own());
    modify(entry, [&](Entry& changed) { changed.ancestors = sum; });
}

void Pool::sum_descendants(const Entry& entry) {
    Totals sum = entry.own();
    for (const Entry* descendant : descendants(entry))
        sum.add(descendant->own());
    modify(entry, [&](Entry& changed) { changed.descendants = sum; });
}

void Pool::link_children(const std::vector<const Entry*>& entries) {
    EntrySet above, below;
    for (const Entry* entry : entries) {
        for (const Entry* child : children_of(*entry->tx)) {
            if (!entry->children.insert(child).second) continue;
            child->parents.insert(entry);
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
    for (const Entry* below : descendants(entry))
        modify(*below, [&](Entry& changed) { changed.ancestors.add(entry.own(), -1); });
    for (const Entry* above : ancestors(entry))
        modify(*above, [&](Entry& changed) { changed.descendants.add(entry.own(), -1); });
    for (const Entry* parent : entry.parents)
        parent->children.erase(&entry);
    for (const Entry* child : entry.children)
        child->parents.erase(&entry);
    for (const auto& input : entry.tx->inputs)
        spenders_.erase(input.prevout);
    usage_ -= entry.usage;
    vsize_ -= entry.vsize;
    total_fee_ -= entry.fee;
    auto& index = entries_.get<tags::txid>();
    index.erase(index.iterator_to(entry));
}

void Pool::set_modified_fee(const Entry& entry, Amount fee) {
    const Amount delta = fee - entry.modified_fee;
    for (const Entry* below : descendants(entry))
        modify(*below, [&](Entry& changed) { changed.ancestors.fee += delta; });
    for (const Entry* above : ancestors(entry))
        modify(*above, [&](Entry& changed) { changed.descendants.fee += delta; });
    modify(entry, [&](Entry& changed) {
        changed.modified_fee += delta;
        changed.ancestors.fee += delta;
        changed.descendants.fee += delta;
    });
}

}  // namespace daler::mempool
