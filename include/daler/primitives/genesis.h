#pragma once

#include <daler/primitives/block.h>

#include <string_view>

namespace daler {

/// The parts of a genesis block that differ between chains.
struct GenesisPlan {
    std::string_view message;  ///< in the coinbase: 1 to max_genesis_message bytes
    std::string_view key;      ///< hex of the public key that is paid
    std::uint32_t time = 0;    ///< seconds since 1970
    std::uint32_t nonce = 0;
    std::uint32_t bits = 0;
    Amount reward;
};

/// With a message of this size the coinbase script is within 100 bytes, the limit of other blocks.
inline constexpr std::size_t max_genesis_message = 91;

/// A public key without a private key, for the genesis blocks of testnet4 and private chains.
inline constexpr std::string_view unspendable_key =
    "000000000000000000000000000000000000000000000000000000000000000000";

/// Makes the block; its hash may not meet `bits`. Its output cannot be spent, because it is not
/// added to the coins.
[[nodiscard]] BlockRef make_genesis(const GenesisPlan& plan);

}  // namespace daler
