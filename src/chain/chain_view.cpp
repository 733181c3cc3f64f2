#include <daler/chain/chain_view.h>

namespace daler::chain {
namespace {

constexpr std::size_t dense_locator_hashes = 10;  // then the gaps double

}  // namespace

std::vector<BlockHash> ChainView::locator_from(const BlockEntry& entry) {
    std::vector<BlockHash> hashes;
    Height gap = 1;
    for (const auto* at = &entry; at;) {
        hashes.push_back(at->hash);
        if (at->height == 0) break;
        if (hashes.size() > dense_locator_hashes) gap *= 2;
        at = at->ancestor(std::max(at->height - gap, 0));
    }
    return hashes;
}

const BlockEntry& ChainView::find_fork(const BlockIndex& index,
                                       std::span<const BlockHash> locator) const {
    for (const auto& hash : locator) {
        const auto* entry = index.find(hash);
        if (!entry) continue;
        if (contains(*entry)) return *entry;
        // The other side is ahead of us on our own chain.
        if (tip_->is_ancestor_of(*entry)) return *tip_;
    }
    return *at(0);
}

}  // namespace daler::chain
