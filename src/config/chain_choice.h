#pragma once

#include <daler/util/result.h>

#include <optional>
#include <string>
#include <string_view>

namespace daler::config {

/// What the user said about the chain.
struct ChainSwitches {
    bool regtest = false;
    bool signet = false;
    bool testnet = false;
    bool testnet4 = false;
    std::optional<std::string> name;  ///< -chain
};

/// The name of the chain that is meant; an error if there is more than one, or none of that name.
[[nodiscard]] Result<std::string, std::string> choose_chain(const ChainSwitches& switches);

[[nodiscard]] bool is_chain_name(std::string_view name);

}  // namespace daler::config
