#pragma once

#include "no_peers.h"

#include <chain_builder.h>
#include <daler/ledger/ledger.h>
#include <daler/rpc/dispatcher.h>
#include <daler/rpc/tip_watch.h>
#include <daler/rpc/values.h>
#include <daler/util/ensure.h>

#include <array>

namespace daler::rpc::test {

/// The hash of no block, as an argument.
inline const std::string unknown_hash = '"' + std::string(64, '1') + '"';

/// A ledger in memory, on regtest, and a dispatcher of all methods that uses it.
struct NodeFixture {
    explicit NodeFixture(ledger::Ledger::Options ledger_options = options())
        : dispatcher(method_tables()),
          ledger(std::make_unique<ledger::Ledger>(builder.params(), std::move(ledger_options),
                                                  clock, workers, nullptr)) {
        ledger->add_observer(tips);
        services = std::unique_ptr<Services>(new Services{
            .params = builder.params(),
            .clock = clock,
            .ledger = *ledger,
            .peers = peers,
            .wallets = nullptr,
            .stop = [this] { stop_asked = true; },
            .drain_events = [] {},
            .warnings = [] { return std::vector<std::string>{}; },
            .loading = [] { return false; },
            .stopping = stopping,
            .started = std::chrono::steady_clock::now(),
            .log_path = "/data/debug.log",
            .tips = tips,
            .dispatcher = dispatcher,
        });
        dispatcher.open(*services);
    }

    static ledger::Ledger::Options options() {
        ledger::Ledger::Options out;
        out.chain.in_memory = true;
        return out;
    }

    void submit(const BlockRef& block) {
        const auto submitted =
            ledger->call([&](ledger::State& state) { return state.chain.submit(block); });
        ensure(submitted.verdict.has_value());
    }
    /// Submits `count` blocks on top of the tip and returns them.
    std::vector<BlockRef> mine(std::size_t count) {
        auto blocks = builder.chain(ledger->view()->tip().hash, count);
        for (const auto& block : blocks)
            submit(block);
        return blocks;
    }
    /// Submits a block with two payments, of which one spends the change of the other, and returns
    /// it.
    BlockRef pay() {
        const auto funding = mine(101);
        const auto first = daler::test::spend(
            daler::test::first_output(funding[0]->transactions[0]), Amount{4'999'990'000});
        const auto second =
            daler::test::spend(daler::test::first_output(first), Amount{4'999'960'000});
        daler::test::ChainBuilder::Plan plan;
        plan.transactions = {first, second};
        plan.fees = Amount{40'000};
        const auto block = builder.block(funding.back()->header.hash(), plan);
        submit(block);
        return block;
    }

    /// The result of a call whose arguments are JSON text without the outer brackets.
    Json call(const std::string& method, const std::string& arguments = {}) {
        const auto params = Json::parse("[" + arguments + "]");
        ensure(params.has_value());
        return dispatcher.execute(method, *params, {});
    }
    /// The code and message of a call's error.
    std::pair<int, std::string> refusal(const std::string& method,
                                        const std::string& arguments = {}) {
        try {
            const Json result = call(method, arguments);
            return {0, result.write()};
        } catch (const Error& error) {
            return {error.code, error.message};
        }
    }

    daler::test::ChainBuilder builder;
    Clock clock;
    ThreadPool workers{0};
    NoPeers peers;
    TipWatch tips;
    std::atomic<bool> stopping{false};
    bool stop_asked = false;
    Dispatcher dispatcher;
    std::unique_ptr<ledger::Ledger> ledger;
    std::unique_ptr<Services> services;
};

/// `text` as JSON text.
inline std::string quoted(const std::string& text) {
    return "\"" + text + "\"";
}

/// The names of an object's members, in their order.
inline std::string keys(const Json& object) {
    std::string out;
    for (const auto& member : object.members())
        out += (out.empty() ? "" : " ") + member.key;
    return out;
}

}  // namespace daler::rpc::test
