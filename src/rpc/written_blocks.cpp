#include <daler/rpc/written_blocks.h>

#include <algorithm>

namespace daler::rpc {

WrittenBlocks::Found WrittenBlocks::find(const Key& key) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(kept_, key, &Kept::first);
    if (found == kept_.end()) return {nullptr, std::exchange(missed_, key) == key};
    kept_.splice(kept_.begin(), kept_, found);
    return {found->second, false};
}

void WrittenBlocks::keep(const Key& key, std::string text) {
    if (text.size() > max_written_blocks_memory) return;
    const std::lock_guard lock(mutex_);
    // Another thread may have written it at the same time.
    if (std::ranges::find(kept_, key, &Kept::first) != kept_.end()) return;
    memory_ += text.size();
    kept_.emplace_front(key, std::make_shared<const std::string>(std::move(text)));
    while (memory_ > max_written_blocks_memory) {
        memory_ -= kept_.back().second->size();
        kept_.pop_back();
    }
}

}  // namespace daler::rpc
