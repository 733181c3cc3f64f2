#include "candidates.h"

namespace daler::chain {

bool Candidates::LessPreferred::operator()(const BlockEntry* a, const BlockEntry* b) const {
    if (a->chainwork != b->chainwork) return a->chainwork < b->chainwork;
    const auto first = a->data_sequence.load();
    const auto second = b->data_sequence.load();
    if (first != second) return first > second;
    return a > b;
}

void Candidates::clear() {
    ranked_.clear();
    set_aside_.clear();
}

void Candidates::remove_below(const U256& chainwork) {
    while (!ranked_.empty() && (*ranked_.begin())->chainwork < chainwork)
        ranked_.erase(ranked_.begin());
}

void Candidates::set_aside(BlockEntry& entry) {
    remove(entry);
    set_aside_.insert(&entry);
}

boost::unordered_flat_set<BlockEntry*> Candidates::take_set_aside() {
    return std::exchange(set_aside_, {});
}

void Candidates::arrived(BlockEntry& entry) {
    remove(entry);  // a pruned block that came again: its rank is about to change
    entry.data_sequence = next_sequence_++;
}

void Candidates::found_at_start(BlockEntry& tip) {
    const bool is_ranked = ranked_.erase(&tip) != 0;
    tip.data_sequence = start_tip_sequence;
    if (is_ranked) add(tip);
}

void Candidates::prefer(BlockEntry& entry) {
    remove(entry);
    entry.data_sequence = next_preferred_sequence_--;
    add(entry);
}

}  // namespace daler::chain
