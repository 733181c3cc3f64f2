// Coins: the cache of a database in memory, and the compact encodings.
#include "sample.h"

#include <daler/index/block_filter.h>

#include <benchmark/benchmark.h>
#include <coins/coin_codec.h>
#include <daler/coins/coin_cache.h>
#include <memory_database.h>

namespace daler::bench {
namespace {

using coins::CoinCache;
using coins::CoinDatabase;

constexpr std::size_t coin_count = 100'000;
constexpr std::size_t budget = 1u << 30;

/// The coins that the benchmarks put into a cache.
struct Coins {
    Coins() : script(sample().block->transactions[1]->outputs[0].script_pubkey) {
        for (std::uint32_t i = 0; i < coin_count; ++i) {
            const ByteSpan number{reinterpret_cast<const std::uint8_t*>(&i), sizeof i};
            outpoints.push_back({Txid{crypto::sha256(number)}, i % 4});
        }
    }

    void add(CoinCache& cache) const {
        const TxOutput output{Amount{123'456}, script};
        for (const auto& outpoint : outpoints)
            cache.add(outpoint, output, 1000, false);
        cache.set_best_block(BlockHash{crypto::sha256d(as_bytes("block"))});
    }

    Script script;
    std::vector<OutPoint> outpoints;
};

const Coins& coins() {
    static const Coins made;
    return made;
}

/// Measures `work` on a cache that holds all coins.
template <class Work>
void on_full_cache(benchmark::State& state, Work work) {
    for (auto _ : state) {
        state.PauseTiming();
        CoinDatabase database(test::database_in_memory(), 0);
        auto cache = std::make_unique<CoinCache>(database, budget);
        coins().add(*cache);
        state.ResumeTiming();
        work(*cache);
        state.PauseTiming();
        cache.reset();
        state.ResumeTiming();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(coin_count));
}

void cache_add(benchmark::State& state) {
    for (auto _ : state) {
        CoinDatabase database(test::database_in_memory(), 0);
        CoinCache cache(database, budget);
        coins().add(cache);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(coin_count));
}
BENCHMARK(cache_add)->Unit(benchmark::kMillisecond);

void cache_find(benchmark::State& state) {
    on_full_cache(state, [](CoinCache& cache) {
        for (const auto& outpoint : coins().outpoints)
            benchmark::DoNotOptimize(cache.find(outpoint));
    });
}
BENCHMARK(cache_find)->Unit(benchmark::kMillisecond);

void cache_spend(benchmark::State& state) {
    on_full_cache(state, [](CoinCache& cache) {
        for (const auto& outpoint : coins().outpoints)
            benchmark::DoNotOptimize(cache.spend(outpoint));
    });
}
BENCHMARK(cache_spend)->Unit(benchmark::kMillisecond);

void cache_flush(benchmark::State& state) {
    on_full_cache(state, [](CoinCache& cache) {
        cache.start_flush();
        while (!cache.write_slices(std::chrono::hours{1}))
            continue;
    });
}
BENCHMARK(cache_flush)->Unit(benchmark::kMillisecond);

void write_coin(benchmark::State& state) {
    const auto& coin = sample().undo.transactions[0][0];
    for (auto _ : state) {
        ByteWriter writer;
        coins::write_coin(writer, coin.output, coin.height, coin.is_coinbase);
        benchmark::DoNotOptimize(writer.view().data());
    }
}
BENCHMARK(write_coin);

void read_coin(benchmark::State& state) {
    const auto& coin = sample().undo.transactions[0][0];
    ByteWriter writer;
    coins::write_coin(writer, coin.output, coin.height, coin.is_coinbase);
    for (auto _ : state)
        benchmark::DoNotOptimize(coins::decode_coin(writer.view()));
}
BENCHMARK(read_coin);

void write_undo(benchmark::State& state) {
    const auto& undo = sample().undo;
    for (auto _ : state)
        benchmark::DoNotOptimize(coins::encode(undo));
}
BENCHMARK(write_undo)->Unit(benchmark::kMillisecond);

void read_undo(benchmark::State& state) {
    const auto bytes = coins::encode(sample().undo);
    for (auto _ : state)
        benchmark::DoNotOptimize(coins::decode_undo(bytes));
}
BENCHMARK(read_undo)->Unit(benchmark::kMillisecond);

void block_filter(benchmark::State& state) {
    const auto& from = sample();
    const auto hash = from.block->header.hash();
    for (auto _ : state)
        benchmark::DoNotOptimize(index::basic_filter(*from.block, hash, from.undo));
}
BENCHMARK(block_filter)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace daler::bench
