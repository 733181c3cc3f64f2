#pragma once

#include <daler/primitives/hash.h>

#include <list>
#include <memory>
#include <mutex>
#include <string>

namespace daler::rpc {

/// Texts that getblock wrote of the transactions of blocks, so that a block that is asked for again
/// and again is written once. A text is kept from the second time on: most blocks are asked for
/// once. Thread-safe.
class WrittenBlocks {
public:
    /// The memory for all texts, in bytes. A larger text is not kept.
    static constexpr std::size_t max_written_blocks_memory = 16u << 20;

    /// What determines a text: nothing else may change it.
    struct Key {
        BlockHash block;
        bool show_prevouts = false;
        bool has_undo = false;

        bool operator==(const Key&) const = default;
    };
    struct Found {
        std::shared_ptr<const std::string> text;  ///< null if it is not kept
        bool is_wanted = false;                   ///< the same was asked for last: keep it now
    };
    [[nodiscard]] Found find(const Key& key);
    void keep(const Key& key, std::string text);

private:
    using Kept = std::pair<Key, std::shared_ptr<const std::string>>;

    std::mutex mutex_;      ///< guards the rest
    std::list<Kept> kept_;  ///< the last used one first
    std::size_t memory_ = 0;
    Key missed_;  ///< the last one that was not here
};

}  // namespace daler::rpc
