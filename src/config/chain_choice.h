#pragma once

#include <daler/util/result.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace daler::config {

/// The chains that are part of the program.
inline constexpr std::array<std::string_view, 5> chain_names{"main", "test", "testnet4", "signet",
                                                             "regtest"};

/// What the user said about the chain.
struct ChainSwitches {
    bool regtest = false;
    bool signet = false;
    bool testnet = false;
    bool testnet4 = false;
    std::optional<std::string> name;  ///< -chain

    /// How many chains that names.
    [[nodiscard]] int count() const {
        return int{regtest} + int{signet} + int{testnet} + int{testnet4} + int{name.has_value()};
    }
};

/// The name of the chain that is meant; an error if there is more than one, or none of that name.
[[nodiscard]] Result<std::string, std::string> choose_chain(const ChainSwitches& switches);

[[nodiscard]] bool is_chain_name(std::string_view name);

}  // namespace daler::config
