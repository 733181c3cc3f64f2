#pragma once

#include "chainstate_impl.h"

#include <string>

namespace daler::chain {

/// A look at the last `count` blocks (0: all), as thorough as `level` says (see
/// ChainOptions::check_level). Afterwards the chain is as before. Disk trouble of the highest level
/// is a StorageError.
class Chainstate::Impl::Inspection {
public:
    Inspection(Impl& chain, int level, Height count);

    /// Whether all blocks were looked at as thoroughly as wished.
    [[nodiscard]] bool is_complete() const { return is_complete_; }
    /// What was found, with its remedy. Empty: nothing.
    [[nodiscard]] const std::string& damage() const { return damage_; }

private:
    /// Levels 0 to 3. Finds the block above which the coins fit.
    void look_back(int level, Height count);
    /// Level 4: takes back the blocks above that one and connects them again, scripts and all.
    void connect_again();
    void damaged(const BlockEntry& entry, std::string_view what, std::string_view remedy);

    Impl& chain_;
    const BlockEntry* coins_fit_;
    bool is_complete_ = true;
    std::string damage_;
};

}  // namespace daler::chain
