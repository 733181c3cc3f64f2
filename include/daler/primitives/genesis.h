#pragma once

#include <daler/primitives/block.h>

#include <string_view>

namespace daler {

/// What is different about the first block of each chain.
struct GenesisPlan {
    std::string_view message;  ///< in the coinbase: 1 to max_genesis_message bytes
    std::string_view key;      ///< hex of the public key that is paid
    std::uint32_t time = 0;    ///< seconds since 1970
    std::uint32_t nonce = 0;
    std::uint32_t bits = 0;
    Amount reward;
};

/// With so many bytes the coinbase script still has at most 100, as the rules ask of all others.
inline constexpr std::size_t max_genesis_message = 91;

/// A key that belongs to nobody, on all chains but the oldest.
inline constexpr std::string_view nobodys_key =
    "000000000000000000000000000000000000000000000000000000000000000000";

/// The block, whether or not its hash meets `bits`. Its output is never spendable: no chain puts it
/// among the coins.
[[nodiscard]] BlockRef make_genesis(const GenesisPlan& plan);

}  // namespace daler
