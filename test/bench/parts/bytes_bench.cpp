// Hashes, hex, and the decoding and hashing of transactions and blocks.
#include "sample.h"

#include <daler/consensus/check_block.h>
#include <daler/encoding/hex.h>
#include <daler/primitives/salted_hasher.h>

#include <benchmark/benchmark.h>

namespace daler::bench {
namespace {

void count_bytes(benchmark::State& state, std::size_t size) {
    state.SetBytesProcessed(static_cast<std::int64_t>(size) * state.iterations());
}

void sha256d(benchmark::State& state) {
    const Bytes data(static_cast<std::size_t>(state.range(0)), 7);
    for (auto _ : state)
        benchmark::DoNotOptimize(crypto::sha256d(data));
}
BENCHMARK(sha256d)->Arg(64)->Arg(80)->Arg(250)->Arg(1000);

void merkle_node(benchmark::State& state) {
    crypto::Digest256 left{}, right{};
    for (auto _ : state)
        left = crypto::sha256d(left, right);
    benchmark::DoNotOptimize(left);
}
BENCHMARK(merkle_node);

void siphash_of_an_outpoint(benchmark::State& state) {
    const SaltedHasher hasher(1, 2);
    OutPoint outpoint;
    for (auto _ : state) {
        ++outpoint.index;
        benchmark::DoNotOptimize(hasher(outpoint));
    }
}
BENCHMARK(siphash_of_an_outpoint);

void crc32c(benchmark::State& state) {
    const Bytes data(1'000'000, 7);
    for (auto _ : state)
        benchmark::DoNotOptimize(crypto::crc32c(data));
    count_bytes(state, data.size());
}
BENCHMARK(crc32c)->Unit(benchmark::kMicrosecond);

void write_hex(benchmark::State& state) {
    const Bytes data(1'000'000, 7);
    for (auto _ : state)
        benchmark::DoNotOptimize(to_hex(data));
    count_bytes(state, data.size());
}
BENCHMARK(write_hex)->Unit(benchmark::kMicrosecond);

void read_hex(benchmark::State& state) {
    const auto text = to_hex(Bytes(1'000'000, 0xb7));
    for (auto _ : state)
        benchmark::DoNotOptimize(from_hex(text));
    count_bytes(state, text.size() / 2);
}
BENCHMARK(read_hex)->Unit(benchmark::kMicrosecond);

void read_and_hash_block(benchmark::State& state) {
    const auto bytes = encode(*sample().block);
    for (auto _ : state)
        benchmark::DoNotOptimize(decode_block(bytes));
    count_bytes(state, bytes.size());
}
BENCHMARK(read_and_hash_block)->Unit(benchmark::kMillisecond);

void write_block(benchmark::State& state) {
    const auto& block = *sample().block;
    for (auto _ : state)
        benchmark::DoNotOptimize(encode(block));
    count_bytes(state, serialized_size(block, WitnessMode::include));
}
BENCHMARK(write_block)->Unit(benchmark::kMillisecond);

void merkle_root(benchmark::State& state) {
    const auto& block = *sample().block;
    for (auto _ : state)
        benchmark::DoNotOptimize(consensus::merkle_root(block));
}
BENCHMARK(merkle_root)->Unit(benchmark::kMillisecond);

void check_block(benchmark::State& state) {
    const auto& from = sample();
    const auto hash = from.block->header.hash();
    for (auto _ : state)
        benchmark::DoNotOptimize(consensus::check_block(from.block, hash, from.builder.params()));
}
BENCHMARK(check_block)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace daler::bench
