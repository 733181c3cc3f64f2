#pragma once

#include <daler/config/option.h>

#include <initializer_list>
#include <vector>

namespace daler::config {

/// The options that choose a chain, common to all programs.
[[nodiscard]] std::span<const Option> chain_options();

/// The options of several tables in one.
[[nodiscard]] inline std::vector<Option> join(
    std::initializer_list<std::span<const Option>> tables) {
    std::vector<Option> all;
    for (const auto table : tables)
        all.insert(all.end(), table.begin(), table.end());
    return all;
}

}  // namespace daler::config
