// Signature hashes, and the verification of inputs of each kind.
#include "sample.h"

#include <daler/script/interpreter.h>

#include <benchmark/benchmark.h>

namespace daler::bench {
namespace {

void verify(benchmark::State& state, CoinKind kind) {
    const auto payment = payment_of(kind);
    for (auto _ : state) {
        const script::PrecomputedHashes hashes(*payment.tx, {payment.spent});
        const auto error =
            script::verify_input({*payment.tx, 0, payment.spent, hashes, script::standard_flags});
        if (error != script::ScriptError::ok) state.SkipWithError("the input is not valid");
    }
}
BENCHMARK_CAPTURE(verify, pubkey_hash, CoinKind::pubkey_hash);
BENCHMARK_CAPTURE(verify, witness_key_hash, CoinKind::witness_key_hash);
BENCHMARK_CAPTURE(verify, nested_witness_key_hash, CoinKind::nested_witness_key_hash);
BENCHMARK_CAPTURE(verify, multisig_2_of_3, CoinKind::multisig_2_of_3);
BENCHMARK_CAPTURE(verify, taproot_key, CoinKind::taproot_key);
BENCHMARK_CAPTURE(verify, taproot_script, CoinKind::taproot_script);

/// A transaction with `count` inputs and outputs, on which the time of a signature hash depends.
Transaction wide(std::size_t count) {
    const auto payment = payment_of(CoinKind::pubkey_hash);
    Transaction tx = *payment.tx;
    tx.inputs.assign(count, tx.inputs[0]);
    tx.outputs.assign(count, tx.outputs[0]);
    return tx;
}

void legacy_sighash(benchmark::State& state) {
    const auto tx = wide(static_cast<std::size_t>(state.range(0)));
    const auto code = tx.outputs[0].script_pubkey;
    for (auto _ : state)
        benchmark::DoNotOptimize(script::legacy_sighash(tx, 0, code.bytes(), script::sighash_all));
}
BENCHMARK(legacy_sighash)->Arg(2)->Arg(100);

void segwit_v0_sighash(benchmark::State& state) {
    const auto payment = payment_of(CoinKind::witness_key_hash);
    const auto& tx = *payment.tx;
    const auto code = tx.outputs[0].script_pubkey;
    const script::PrecomputedHashes hashes(tx, {payment.spent});
    for (auto _ : state) {
        benchmark::DoNotOptimize(script::segwit_v0_sighash(tx, 0, code.bytes(), payment.spent.value,
                                                           script::sighash_all, hashes));
    }
}
BENCHMARK(segwit_v0_sighash);

void taproot_sighash(benchmark::State& state) {
    const auto payment = payment_of(CoinKind::taproot_key);
    const script::PrecomputedHashes hashes(*payment.tx, {payment.spent});
    for (auto _ : state) {
        benchmark::DoNotOptimize(script::taproot_sighash(*payment.tx, 0, script::sighash_default,
                                                         hashes, std::nullopt, std::nullopt));
    }
}
BENCHMARK(taproot_sighash);

}  // namespace
}  // namespace daler::bench
