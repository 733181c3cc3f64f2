#include <daler/chain/block_index.h>

#include <daler/util/ensure.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <deque>
#include <mutex>

namespace daler::chain {
namespace {

constexpr std::size_t median_time_span = 11;  // BIP 113

BlockTime median_time(const BlockEntry& entry) {
    std::array<std::uint32_t, median_time_span> times;
    std::size_t count = 0;
    for (const auto* at = &entry; at && count < times.size(); at = at->previous)
        times[count++] = at->header.time;
    const auto end = times.begin() + static_cast<std::ptrdiff_t>(count);
    std::sort(times.begin(), end);
    return from_unix(times[count / 2]);
}

/// The far ancestor of a child of `parent`: jumps double while the path looks like a perfect tree,
/// which makes walks logarithmic (E. Myers, "An applicative random-access stack").
const BlockEntry* skip_from(const BlockEntry& parent) {
    const auto* jump = parent.skip;
    if (!jump || !jump->skip) return &parent;
    const bool equal_jumps = parent.height - jump->height == jump->height - jump->skip->height;
    return equal_jumps ? jump->skip : &parent;
}

}  // namespace

void BlockEntry::place(const BlockHeader& of, const BlockHash& with_hash,
                       const BlockEntry* parent) {
    hash = with_hash;
    header = of;
    previous = parent;
    chainwork = consensus::work_of(header.bits);
    if (parent) {
        height = parent->height + 1;
        skip = skip_from(*parent);
        chainwork += parent->chainwork;
    }
    median_time_past = median_time(*this);
}

const BlockEntry* BlockEntry::ancestor(Height wanted) const {
    if (wanted < 0 || wanted > height) return nullptr;
    const auto* at = this;
    while (at->height != wanted)
        at = at->skip && at->skip->height >= wanted ? at->skip : at->previous;
    return at;
}

const BlockEntry& BlockEntry::still_known() const {
    const auto* at = this;
    while (at->is_forgotten())
        at = at->previous;
    return *at;
}

const BlockEntry* last_common_ancestor(const BlockEntry* a, const BlockEntry* b) {
    if (!a || !b) return nullptr;
    const Height height = std::min(a->height, b->height);
    a = a->ancestor(height);
    b = b->ancestor(height);
    while (a != b) {
        // Entries of one height have skips of one height: while those differ the fork is below.
        const bool far = a->skip && b->skip && a->skip != b->skip;
        a = far ? a->skip : a->previous;
        b = far ? b->skip : b->previous;
    }
    return a;
}

struct BlockIndex::Impl {
    mutable std::shared_mutex mutex;  ///< guards the rest: only the ledger thread changes it
    boost::unordered_flat_map<BlockHash, BlockEntry*, PlainHasher>
        by_hash;                           ///< also forgotten ones
    std::vector<const BlockEntry*> known;  ///< in the order of arrival
    std::deque<BlockEntry> entries;        ///< with forgotten ones
};

BlockIndex::BlockIndex() : impl_(std::make_unique<Impl>()) {}
BlockIndex::~BlockIndex() = default;

const BlockEntry* BlockIndex::find(const BlockHash& hash) const {
    const std::shared_lock lock(impl_->mutex);
    const auto found = impl_->by_hash.find(hash);
    if (found == impl_->by_hash.end() || found->second->is_forgotten()) return nullptr;
    return found->second;
}

BlockEntry* BlockIndex::find(const BlockHash& hash) {
    return const_cast<BlockEntry*>(std::as_const(*this).find(hash));
}

std::size_t BlockIndex::size() const {
    const std::shared_lock lock(impl_->mutex);
    return impl_->known.size();
}

std::uint64_t BlockIndex::last_sequence() const {
    const std::shared_lock lock(impl_->mutex);
    return impl_->entries.size();
}

BlockEntry& BlockIndex::insert(const BlockHeader& header, const BlockHash& hash) {
    if (auto* known = find(hash)) return *known;
    const auto* parent = find(header.previous);
    ensure(parent || header.previous.is_zero());

    const std::unique_lock lock(impl_->mutex);
    auto& entry = impl_->entries.emplace_back();
    entry.place(header, hash, parent);
    entry.sequence = impl_->entries.size();
    impl_->by_hash.insert_or_assign(hash, &entry);
    impl_->known.push_back(&entry);
    return entry;
}

std::vector<const BlockEntry*> BlockIndex::all() const {
    const std::shared_lock lock(impl_->mutex);
    return impl_->known;
}

void BlockIndex::forget(std::span<BlockEntry* const> entries) {
    const std::unique_lock lock(impl_->mutex);
    for (auto* entry : entries)
        entry->status = forgotten;
    std::erase_if(impl_->known, [](const auto* entry) { return entry->is_forgotten(); });
}

bool BlockIndex::was_forgotten(const BlockHash& hash) const {
    const std::shared_lock lock(impl_->mutex);
    const auto found = impl_->by_hash.find(hash);
    return found != impl_->by_hash.end() && found->second->is_forgotten();
}

}  // namespace daler::chain
