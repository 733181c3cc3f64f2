#pragma once

#include <chain_builder.h>
#include <daler/chain/chainstate.h>
#include <temporary_folder.h>
#include <thrown.h>

namespace daler::test {

inline constexpr Amount subsidy{50 * satoshis_per_coin};

/// A chainstate of a regtest chain with short maturity, in memory or in a folder.
struct Node {
    static ChainParams short_maturity() {
        auto params = regtest_params();
        params.coinbase_maturity = 2;
        params.halving_interval = 210'000;
        return params;
    }
    static chain::ChainOptions in_memory() {
        chain::ChainOptions options;
        options.folder = "/node";
        options.in_memory = true;
        options.cache_bytes = 16u << 20;
        return options;
    }
    static chain::ChainOptions in_folder(const std::filesystem::path& folder) {
        auto options = in_memory();
        options.folder = folder;
        options.in_memory = false;
        return options;
    }

    explicit Node(chain::ChainOptions chosen = in_memory(), ChainParams params = short_maturity())
        : options(std::move(chosen)), builder(std::move(params)) {
        open();
    }

    void open() {
        state.reset();
        state =
            std::make_unique<chain::Chainstate>(builder.params(), options, clock, workers, nullptr);
    }
    /// As after kill -9, or with `flush` after an orderly end.
    void reopen(bool flush) {
        if (flush) state->flush();
        open();
    }

    /// Submits blocks that must be accepted and become the tip.
    void extend(std::span<const BlockRef> blocks) {
        for (const auto& block : blocks) {
            const auto result = state->submit(block);
            if (!result.verdict || !result.was_connected)
                throw std::runtime_error("a block of the test was not connected");
        }
    }
    std::vector<BlockRef> extend(std::size_t count) {
        auto blocks = builder.chain(tip(), count);
        extend(blocks);
        return blocks;
    }

    [[nodiscard]] BlockHash tip() const { return state->view()->tip().hash; }
    [[nodiscard]] Height height() const { return state->view()->height(); }
    [[nodiscard]] Hash256 coins_hash() {
        return state->coin_stats(coins::CoinsHash::serialized_3).hash;
    }

    Clock clock;
    ThreadPool workers{2};
    chain::ChainOptions options;
    ChainBuilder builder;
    std::unique_ptr<chain::Chainstate> state;
};

[[nodiscard]] inline BlockHash hash_of(const BlockRef& block) {
    return block->header.hash();
}

/// The code of the reason why a verdict rejects, "" if it accepts.
[[nodiscard]] inline std::string reason(const consensus::Verdict& verdict) {
    return verdict ? "" : std::string(consensus::code(verdict.error().reason));
}

/// The coins of a chain, computed from nothing: a new state that is given the same blocks.
[[nodiscard]] inline Hash256 replayed_hash(const Node& node) {
    Node fresh(Node::in_memory(), node.builder.params());
    const auto view = node.state->view();
    for (Height height = 1; height <= view->height(); ++height) {
        const BlockRef block = node.state->read_block(*view->at(height));
        fresh.extend({&block, 1});
    }
    return fresh.coins_hash();
}

}  // namespace daler::test
