#include <daler/ledger/ledger.h>
#include <daler/primitives/chain_params.h>

#include <test.h>

#include <atomic>
#include <latch>

using namespace daler;
using ledger::State;

namespace {

/// A ledger in memory.
struct Fixture {
    static ledger::Ledger::Options options() {
        ledger::Ledger::Options out;
        out.chain.in_memory = true;
        return out;
    }
    /// Waits until the ledger's thread has nothing to do.
    void borrow(const std::function<void()>& work) {
        while (!ledger.run_if_idle(work))
            std::this_thread::yield();
    }

    ChainParams params = regtest_params();
    Clock clock;
    ThreadPool workers{0};
    ledger::Ledger ledger{params, options(), clock, workers, nullptr};
};

}  // namespace

TEST_CASE("an idle ledger lends its state to the thread that calls", "[ledger]") {
    Fixture f;
    std::thread::id worked;
    const auto note = [&](State&) { worked = std::this_thread::get_id(); };
    f.borrow([&] {
        f.ledger.call(note);
        CHECK(worked == std::this_thread::get_id());
        CHECK_FALSE(f.ledger.run_if_idle([] {}));
    });
    // The state was given back.
    f.borrow([] {});
}

TEST_CASE("while the state is lent, other calls wait in their order", "[ledger]") {
    Fixture f;
    std::atomic<bool> is_lent{false};
    std::string order;
    std::thread other;
    f.borrow([&] {
        is_lent = true;
        std::latch posted{1};
        other = std::thread([&] {
            f.ledger.post([&](State&) { order += is_lent ? '!' : '1'; });
            posted.count_down();
            f.ledger.call([&](State&) { order += is_lent ? '!' : '2'; });
        });
        posted.wait();
        f.ledger.call([&](State&) { order += 'b'; });
        is_lent = false;
    });
    other.join();
    f.ledger.call([&](State&) { order += '3'; });
    CHECK((order == "b123" || order == "b213"));
}

TEST_CASE("a held ledger is lent only to the thread that holds it", "[ledger]") {
    Fixture f;
    const ledger::Ledger::Hold hold(f.ledger);
    f.borrow([] {});
    bool was_lent = true;
    std::thread([&] { was_lent = f.ledger.run_if_idle([] {}); }).join();
    CHECK_FALSE(was_lent);
}

TEST_CASE("an exception of a call reaches its caller, and the state is given back", "[ledger]") {
    Fixture f;
    const auto bad = [&](State&) -> int { throw std::runtime_error("wrong"); };
    f.borrow([&] { CHECK_THROWS_WITH(f.ledger.call(bad), "wrong"); });
    CHECK_THROWS_WITH(f.ledger.call(bad), "wrong");
    CHECK(f.ledger.call([](State& state) { return state.chain.view()->height(); }) == 0);
    f.borrow([] {});
}
