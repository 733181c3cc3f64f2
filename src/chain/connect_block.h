#pragma once

#include "block_coins.h"

#include <daler/chain/block_index.h>
#include <daler/chain/undo.h>
#include <daler/script/interpreter.h>
#include <daler/util/thread_pool.h>

namespace daler::chain {

/// What connecting a block needs to know besides the block.
struct ConnectContext {
    const ChainParams& params;
    CoinCache& coins;
    ThreadPool& workers;
    script::SignatureCache* cache = nullptr;
    bool check_scripts = true;
};

/// Where the block goes: on top of `parent`, whose coins the context has.
struct BlockPlace {
    const BlockEntry& parent;
    const BlockHash& hash;

    [[nodiscard]] Height height() const { return parent.height + 1; }
};

/// A block that keeps every rule, and what it would change.
struct Connectable {
    BlockCoins coins;
    std::shared_ptr<BlockUndo> undo;
};

/// Checks all rules that need coins: BIP 30, values, maturity, relative lock times, sigop cost, the
/// coinbase's amount, scripts (on the workers; the first failing input in block order is
/// reported). Changes nothing. `block` must outlive the result.
[[nodiscard]] Result<Connectable, consensus::Rejection> check_connect(
    const Block& block, const BlockPlace& place, const ConnectContext& context);

/// True if this is one of the two blocks whose coinbase repeats an earlier one (main 91842, 91880).
[[nodiscard]] bool is_bip30_exception(const BlockPlace& place, const ChainParams& params);

}  // namespace daler::chain
