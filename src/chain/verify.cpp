#include "chainstate_impl.h"
#include "disconnect_block.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <fmt/format.h>

namespace daler::chain {
namespace {

/// Coins that can be changed without changing anything: what is taken back here stays here.
class ScratchCoins {
public:
    explicit ScratchCoins(CoinCache& below) : below_(below) {}

    std::optional<consensus::Coin> find(const OutPoint& outpoint) {
        const auto found = changes_.find(outpoint);
        return found == changes_.end() ? below_.find(outpoint) : found->second;
    }
    void spend(const OutPoint& outpoint) { changes_[outpoint] = std::nullopt; }
    void add(const OutPoint& outpoint, const TxOutput& output, Height height, bool is_coinbase,
             bool) {
        changes_[outpoint] = consensus::Coin{output, height, is_coinbase};
    }

private:
    CoinCache& below_;
    boost::unordered_flat_map<OutPoint, std::optional<consensus::Coin>, OutPointHasher> changes_;
};

}  // namespace

void Chainstate::Impl::verify_last_blocks() {
    // Levels: 0 the block can be read, 1 it is whole, 2 so are its undo data, 3 and the coins fit
    // both.
    const Height count = options.check_blocks <= 0 ? tip->height : options.check_blocks;
    ScratchCoins scratch(*coins);
    const auto* entry = tip;
    for (Height i = 0; i < count && entry->previous && !stopping(); ++i, entry = entry->previous) {
        const auto damaged = [&](std::string_view what, std::string_view remedy) {
            throw StorageError(fmt::format("Block {} (height {}): {}. {}", entry->hash.to_hex(),
                                           entry->height, what, remedy));
        };
        const auto block = store->read_block(*entry);
        if (!block) damaged("the block is missing", reindex_remedy);
        if (options.check_level < 1) continue;
        if (!consensus::check_block(block, entry->hash, params)) {
            damaged("the stored block is not valid", reindex_remedy);
        }
        if (options.check_level < 2) continue;
        const auto undo = store->read_undo(*entry);
        if (!undo || !undo_fits(*block, *undo)) {
            damaged("the undo data are missing", reindex_remedy);
        }
        if (options.check_level < 3) continue;
        if (!disconnect_block(scratch, *block, *undo, entry->height)) {
            damaged("the coins do not fit it", reindex_chainstate_remedy);
        }
    }
}

}  // namespace daler::chain
