#pragma once

#include <daler/util/result.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace daler::config {

/// The built-in chains.
inline constexpr std::array<std::string_view, 5> chain_names{"main", "test", "testnet4", "signet",
                                                             "regtest"};

/// The settings that choose the chain.
struct ChainSwitches {
    bool regtest = false;
    bool signet = false;
    bool testnet = false;
    bool testnet4 = false;
    std::optional<std::string> name;  ///< -chain

    /// How many of them are set.
    [[nodiscard]] int count() const {
        return int{regtest} + int{signet} + int{testnet} + int{testnet4} + int{name.has_value()};
    }
};

/// The name of the chosen chain; an error if more than one is chosen, or an unknown one.
[[nodiscard]] Result<std::string, std::string> choose_chain(const ChainSwitches& switches);

[[nodiscard]] bool is_chain_name(std::string_view name);

}  // namespace daler::config
