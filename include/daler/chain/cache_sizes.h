#pragma once

#include <algorithm>
#include <cstddef>

namespace daler::chain {

// The parts of -dbcache that LevelDB uses. The rest is for coins.
inline constexpr std::size_t max_index_cache = 2u << 20;
inline constexpr std::size_t max_coin_database_cache = 32u << 20;

/// How ChainOptions::cache_bytes is divided, in bytes.
struct CacheSizes {
    std::size_t index;          ///< LevelDB's cache of the block index
    std::size_t coin_database;  ///< LevelDB's cache of coins
    std::size_t coins;          ///< coins in front of LevelDB
};

[[nodiscard]] inline CacheSizes cache_sizes(std::size_t total) {
    const auto index = std::min(total / 8, max_index_cache);
    const auto coin_database = std::min(total / 4, max_coin_database_cache);
    return {index, coin_database, total - index - coin_database};
}

}  // namespace daler::chain
