#pragma once

#include "chainstate_impl.h"

#include <daler/chain/savepoint.h>

#include <boost/unordered/unordered_flat_set.hpp>

#include <string>
#include <vector>

namespace daler::chain {

/// Brings the chain back to a savepoint.
///
/// First the tip moves there as in any reorganisation, and the coins are written: a crash until
/// then changes nothing. Then one write into the index forgets the later blocks and says where the
/// block files must be cut. From then on a crash changes nothing either, because the next start
/// cuts them.
class Chainstate::Impl::Return {
public:
    Return(Impl& chain, const Savepoint& savepoint)
        : chain_(chain),
          to_(savepoint),
          were_failed_(to_.failed.begin(), to_.failed.end()),
          were_connected_(to_.connected.begin(), to_.connected.end()) {}

    /// Why it is not possible.
    [[nodiscard]] Result<void, std::string> check() const;
    /// Requires `check`.
    void run();

private:
    [[nodiscard]] bool is_stored(const BlockEntry& entry) const {
        return entry.has(has_data) && is_earlier(entry);
    }
    /// Its data lay in the files at the savepoint.
    [[nodiscard]] bool is_earlier(const BlockEntry& entry) const {
        return entry.data.load() < to_.files_end;
    }
    void move_tip(BlockEntry& target);
    void save_coins();
    /// Finds what was known at the savepoint: `kept_`, parents before their children. The rest is
    /// `later_`.
    void divide();
    void forget();
    void restore(BlockEntry& entry);
    void forget_block(BlockEntry& entry);
    void forget_undo(BlockEntry& entry);
    void restore_order();

    Impl& chain_;
    const Savepoint& to_;
    const boost::unordered_flat_set<BlockHash, PlainHasher> were_failed_;
    const boost::unordered_flat_set<BlockHash, PlainHasher> were_connected_;
    std::vector<BlockEntry*> kept_;
    std::vector<BlockEntry*> later_;
};

}  // namespace daler::chain
