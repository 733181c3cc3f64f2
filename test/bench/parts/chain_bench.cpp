// Chain and mempool: accepting payments, selecting them for a block, connecting that block.
#include "sample.h"

#include <daler/ledger/ledger.h>
#include <daler/mining/mining.h>
#include <daler/script/signature_cache.h>
#include <daler/util/ensure.h>

#include <benchmark/benchmark.h>
#include <rpc/blockchain/block_json.h>
#include <temporary_folder.h>

namespace daler::bench {
namespace {

/// A node's chain and mempool on files, with the sample's chain connected.
class Node {
public:
    explicit Node(Sample& from) : sample(from) {
        for (const auto& block : sample.chain)
            ensure(submit(block).was_connected);
    }

    chain::Submitted submit(const BlockRef& block) {
        return ledger.call([&](ledger::State& state) { return state.chain.submit(block); });
    }
    void fill_mempool() {
        ledger.call([&](ledger::State& state) {
            for (const auto& tx : sample.payments())
                ensure(state.accept(tx).has_value());
        });
    }

    Sample& sample;

private:
    [[nodiscard]] ledger::Ledger::Options options() const {
        ledger::Ledger::Options out;
        out.chain.folder = folder_.path();
        return out;
    }
    test::TemporaryFolder folder_;
    Clock clock_;
    ThreadPool workers_{1};
    script::BoundedSignatureCache cache_{32u << 20};

public:
    ledger::Ledger ledger{sample.builder.params(), options(), clock_, workers_, &cache_};
};

Sample& sample_of(const benchmark::State& state) {
    return sample(static_cast<std::size_t>(state.range(0)));
}

/// Measures all checks but the scripts: their results are cached when `fill_mempool` runs first.
void mempool_accept(benchmark::State& state) {
    Node node(sample_of(state));
    node.fill_mempool();
    for (auto _ : state) {
        state.PauseTiming();
        node.ledger.call([&](ledger::State& at) {
            for (const auto& tx : node.sample.payments())
                at.mempool.remove(tx->txid, mempool::RemovalReason::expiry);
        });
        state.ResumeTiming();
        node.fill_mempool();
    }
}
BENCHMARK(mempool_accept)->Arg(3000)->Unit(benchmark::kMillisecond)->UseRealTime();

void block_template(benchmark::State& state) {
    Node node(sample_of(state));
    node.fill_mempool();
    const mining::TemplateOptions options{.coinbase_script = test::anyone_can_spend()};
    for (auto _ : state) {
        node.ledger.call([&](ledger::State& at) {
            benchmark::DoNotOptimize(mining::make_template(at, options));
        });
    }
}
BENCHMARK(block_template)->Arg(3000)->Arg(6000)->Unit(benchmark::kMillisecond)->UseRealTime();

/// A block in memory becomes the tip: check, block file, coins, undo data, mempool.
void connect_known_block(benchmark::State& state) {
    Node node(sample_of(state));
    node.fill_mempool();
    for (auto _ : state) {
        const auto block = node.sample.next_block();
        const auto start = std::chrono::steady_clock::now();
        const bool connected = node.submit(block).was_connected;
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        state.SetIterationTime(took.count());
        ensure(connected);
        // The payments of the block return to the mempool.
        node.ledger.call([&](ledger::State& at) {
            at.chain.invalidate(block->header.hash());
            ensure(at.mempool.size() == node.sample.payments().size());
        });
    }
}
BENCHMARK(connect_known_block)
    ->Arg(3000)
    ->Arg(6000)
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime();

/// What `getblock HASH 3` writes of the transactions.
void block_as_json(benchmark::State& state) {
    Node node(sample_of(state));
    const auto& entry = *node.submit(node.sample.block).entry;
    const auto block = node.ledger.chain().stored_block(entry);
    for (auto _ : state) {
        std::string text;
        JsonWriter out(text);
        rpc::write_transactions(out, *block, &node.sample.undo, true,
                                node.sample.builder.params().address);
        benchmark::DoNotOptimize(text);
    }
}
BENCHMARK(block_as_json)->Arg(3000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace daler::bench
