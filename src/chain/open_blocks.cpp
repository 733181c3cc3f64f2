#include "open_blocks.h"

#include <utility>

namespace daler::chain {
namespace {

constexpr std::size_t max_open_blocks = 16;
constexpr std::size_t max_open_bytes = 32u << 20;
// Of pending blocks. The others are read again when their turn comes.
constexpr std::size_t max_pending_bytes = 8u << 20;

}  // namespace

void WaitingCaller::answer(const consensus::Verdict& verdict) {
    submitted_.verdict = verdict;
    submitted_.was_connected = submitted_.entry && submitted_.entry->has(was_connected);
    std::exchange(done_, nullptr)(&submitted_);
}

bool OpenBlocks::is_full() const {
    return blocks_.size() >= max_open_blocks || bytes_ >= max_open_bytes;
}

bool OpenBlocks::is_oldest_ready() const {
    return !blocks_.empty() && blocks_.front().has_verdict();
}

std::vector<WaitingCaller>* OpenBlocks::waiting_for(const BlockEntry* entry) {
    const auto found = std::ranges::find(blocks_, entry, &OpenBlock::entry);
    return found == blocks_.end() ? nullptr : &found->waiting;
}

void OpenBlocks::push(OpenBlock block) {
    bytes_ += block.entry->block_size;
    blocks_.push_back(std::move(block));
}

OpenBlock OpenBlocks::take_oldest() {
    auto oldest = std::move(blocks_.front());
    blocks_.pop_front();
    bytes_ -= oldest.entry->block_size;
    return oldest;
}

std::deque<OpenBlock> OpenBlocks::take_all() {
    bytes_ = 0;
    auto taken = std::exchange(blocks_, {});
    // A worker that is still busy would wake an owner that may be gone by then.
    for (const auto& open : taken)
        if (open.scripts) open.scripts->cancel();
    return taken;
}

bool OpenBlocks::help() {
    return std::ranges::any_of(
        blocks_, [](const OpenBlock& open) { return open.scripts && open.scripts->help(); });
}

void OpenBlocks::wait_for_oldest() {
    const auto& oldest = blocks_.front();
    while (!oldest.has_verdict())
        if (!help()) oldest.scripts->wait();
}

void PendingBlocks::add(const BlockEntry& entry, const BlockRef& block) {
    std::size_t bytes = entry.block_size;
    for (const auto& [other, pending] : blocks_)
        if (pending.block) bytes += other->block_size;
    blocks_[&entry].block = bytes <= max_pending_bytes ? block : nullptr;
}

PendingBlocks::Pending PendingBlocks::take(const BlockEntry& entry) {
    auto node = blocks_.extract(&entry);
    return node.empty() ? Pending{} : std::move(node.mapped());
}

std::vector<WaitingCaller>* PendingBlocks::waiting_for(const BlockEntry* entry) {
    const auto found = blocks_.find(entry);
    return found == blocks_.end() ? nullptr : &found->second.waiting;
}

std::vector<WaitingCaller> PendingBlocks::take_unless(
    const std::function<bool(const BlockEntry&)>& will_open) {
    std::vector<WaitingCaller> taken;
    for (auto at = blocks_.begin(); at != blocks_.end();) {
        if (will_open(*at->first)) {
            ++at;
            continue;
        }
        for (auto& waiting : at->second.waiting)
            taken.push_back(std::move(waiting));
        at = blocks_.erase(at);
    }
    return taken;
}

}  // namespace daler::chain
