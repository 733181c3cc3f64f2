#include "job_queues.h"

#include <daler/ledger/ledger.h>

#include <daler/util/log.h>
#include <daler/util/storage_error.h>
#include <daler/util/thread_name.h>

#include <boost/asio/prefer.hpp>

#include <condition_variable>
#include <new>
#include <optional>
#include <thread>

namespace daler::ledger {
namespace {

namespace asio = boost::asio;

// How long an idle ledger waits before it checks whether a flush is due.
constexpr std::chrono::seconds idle_interval{1};

/// The chain in the form that the mempool takes.
class LedgerChain final : public mempool::CoinView {
public:
    explicit LedgerChain(chain::Chainstate& chain) : chain_(chain) {}

    std::optional<consensus::Coin> coin(const OutPoint& outpoint) const override {
        return chain_.coin(outpoint);
    }
    Height height() const override { return chain_.view()->height(); }
    BlockTime median_time_past(Height height) const override {
        return chain_.view()->at(height)->median_time_past;
    }

private:
    chain::Chainstate& chain_;
};

}  // namespace

/// Owns thread and state. Passes the events of the chain on to the mempool.
struct Ledger::Impl final : chain::ChainObserver, mempool::MempoolObserver {
    Impl(const ChainParams& params, Options options, const Clock& clock_, ThreadPool& workers,
         script::BoundedSignatureCache* cache)
        : chain(params, std::move(options.chain), clock_, workers, cache),
          clock(clock_),
          coins(chain),
          mempool(params, options.policy, options.limits, coins, workers, cache),
          state{.chain = chain, .mempool = mempool, .deployments = deployments, .clock = clock},
          fatal(std::move(options.fatal)) {
        chain.add_observer(*this);
        chain.set_wake([this] {
            const std::lock_guard lock(mutex);
            chain_calls = true;
            wake_unless_lent();
        });
        mempool.add_observer(*this);
    }

    void block_connected(const chain::BlockEntry& entry, const BlockRef& block,
                         const std::shared_ptr<const coins::BlockUndo>&) override {
        mempool.block_connected(*block, entry.height, clock.now());
        for (auto* observer : observers)
            observer->block_connected(entry, block);
    }
    void block_disconnected(const chain::BlockEntry& entry, const BlockRef& block) override {
        reorganising = true;
        mempool.block_disconnected(*block);
        for (auto* observer : observers)
            observer->block_disconnected(entry, block);
    }
    void block_refused(const chain::BlockEntry& entry,
                       const consensus::Rejection& rejection) override {
        for (auto* observer : observers)
            observer->block_refused(entry, rejection);
    }
    void tip_changed(const std::shared_ptr<const chain::ChainView>& view) override {
        const bool was_reorganised = std::exchange(reorganising, false);
        const auto now = clock.now();
        if (state.returning_to)
            mempool.restore(*state.returning_to, now);
        else if (was_reorganised)
            mempool.reorganised(now, clock.chain_now() - now);
        for (auto* observer : observers)
            observer->tip_changed(view);
    }
    void blocks_forgotten(const std::vector<const chain::BlockEntry*>& entries) override {
        for (auto* observer : observers)
            observer->blocks_forgotten(entries);
    }
    void transaction_added(const TransactionRef& tx, Amount fee, std::int64_t vsize,
                           std::uint64_t sequence) override {
        for (auto* observer : observers)
            observer->transaction_added(tx, fee, vsize, sequence);
    }
    void transaction_removed(const TransactionRef& tx, mempool::RemovalReason reason,
                             std::uint64_t sequence) override {
        for (auto* observer : observers)
            observer->transaction_removed(tx, reason, sequence);
    }

    void work();
    /// Waits for the next job. Nothing when the ledger ends.
    std::optional<Job> next_job();
    void run_job(const Job& job);
    /// Without what comes after each job.
    void run_only(const Job& job);
    void fail(const std::string& what);

    /// Lends the state to the calling thread. False if the ledger is at work or has work to do.
    bool lend();
    void take_back();
    [[nodiscard]] bool is_lent() const { return borrower != std::thread::id{}; }
    [[nodiscard]] bool is_borrower() {
        const std::lock_guard lock(mutex);
        return borrower == std::this_thread::get_id();
    }
    /// Requires the mutex. `take_back` wakes the thread otherwise.
    void wake_unless_lent() {
        if (!is_lent()) wake.notify_one();
    }
    void enqueue(const auto& push) {
        const std::lock_guard lock(mutex);
        push(jobs);
        wake_unless_lent();
    }

    std::mutex mutex;  ///< guards the six below
    std::condition_variable wake;
    JobQueues<Job> jobs;
    bool chain_calls = false;  ///< chain.maintain() has something to do
    bool stopping = false;
    bool is_idle = false;      ///< the thread waits, so that the state may be lent
    std::thread::id borrower;  ///< the thread that has the state now, if it is not the ledger's

    chain::Chainstate chain;
    const Clock& clock;
    LedgerChain coins;
    mempool::Mempool mempool;
    std::vector<consensus::DeploymentCache> deployments;
    State state;
    std::function<void(const std::string&)> fatal;
    std::vector<ledger::LedgerObserver*> observers;
    bool failed = false;
    bool reorganising = false;  ///< blocks were disconnected since the last settled tip

    std::thread thread;
};

void Ledger::Impl::fail(const std::string& what) {
    if (std::exchange(failed, true)) return;
    log::error("{}", what);
    chain.abandon();
    if (fatal) fatal(what);
}

void Ledger::Impl::run_only(const Job& job) {
    try {
        job(failed ? nullptr : &state);
    } catch (const std::exception& error) {
        fail(error.what());
    }
}

void Ledger::Impl::run_job(const Job& job) {
    run_only(job);
    run_only([this](State* working) {
        if (working) chain.maintain();
    });
}

bool Ledger::Impl::lend() {
    const std::lock_guard lock(mutex);
    if (!is_idle || is_lent() || stopping || chain_calls || !jobs.is_next()) return false;
    borrower = std::this_thread::get_id();
    return true;
}

// The borrower does not wait for a flush: that is for the ledger's thread.
void Ledger::Impl::take_back() {
    const bool is_due = !failed && chain.needs_maintenance();
    const std::lock_guard lock(mutex);
    borrower = {};
    chain_calls |= is_due;
    if (!is_idle || chain_calls || stopping || !jobs.empty()) wake.notify_one();
}

std::optional<Ledger::Job> Ledger::Impl::next_job() {
    const Job maintain = [](State*) {};
    std::unique_lock lock(mutex);
    const auto wanted = [this] { return !is_lent() && (stopping || chain_calls || !jobs.empty()); };
    if (!wanted()) {
        // An idle ledger checks scripts together with the workers.
        lock.unlock();
        if (!failed && chain.help()) return maintain;
        const bool has_rest = failed || !chain.needs_maintenance();
        lock.lock();
        is_idle = has_rest;
        wake.wait_for(lock, idle_interval, wanted);
        is_idle = false;
        wake.wait(lock, [this] { return !is_lent(); });
    }
    chain_calls = false;
    if (!jobs.empty()) return jobs.take();
    if (stopping) return std::nullopt;
    return maintain;
}

void Ledger::Impl::work() {
    while (const auto job = next_job())
        run_job(*job);
    if (failed) return;
    try {
        chain.flush();
    } catch (const std::exception& error) {
        fail(error.what());
    }
}

namespace {

/// Whether the node knows nearly all blocks, so that transactions wait as long as they seem to.
/// Unlike initial_download it can become false again. As in Bitcoin Core.
bool is_current(const chain::ChainView& view, BlockTime chain_now) {
    constexpr std::chrono::hours oldest_tip{3};
    return !view.initial_download() && view.tip().header.block_time() >= chain_now - oldest_tip &&
           view.height() >= view.best_header().height - 1;
}

mempool::AcceptOptions at_present(mempool::AcceptOptions options, const State& state) {
    options.now = state.clock.now();
    const auto chain_now = state.clock.chain_now();
    options.chain_offset = chain_now - options.now;
    options.chain_is_current = is_current(*state.chain.view(), chain_now);
    return options;
}

}  // namespace

mempool::AcceptResult State::accept(const TransactionRef& tx, mempool::AcceptOptions options) {
    return mempool.accept(tx, at_present(std::move(options), *this));
}

std::vector<mempool::AcceptResult> State::accept_all(std::span<const TransactionRef> transactions) {
    mempool.verify_ahead(transactions, at_present({}, *this));
    std::vector<mempool::AcceptResult> results;
    results.reserve(transactions.size());
    for (const auto& tx : transactions)
        results.push_back(accept(tx));
    return results;
}

mempool::PackageAccepted State::accept_package(std::span<const TransactionRef> package,
                                               mempool::AcceptOptions options) {
    return mempool.accept_package(package, at_present(std::move(options), *this));
}

void State::return_to(const chain::Savepoint& savepoint, const mempool::SavedMempool& contents) {
    returning_to = &contents;
    try {
        chain.return_to(savepoint);
    } catch (...) {
        returning_to = nullptr;
        throw;
    }
    returning_to = nullptr;
    // If the tip is the same, the mempool may be another one.
    mempool.restore(contents, clock.now());
}

Ledger::Hold::Hold(Ledger& ledger) : ledger_(ledger) {
    ledger.run_now([impl = ledger.impl_.get(), thread = std::this_thread::get_id()] {
        const std::lock_guard lock(impl->mutex);
        impl->jobs.hold(thread);
    });
}

Ledger::Hold::~Hold() {
    {
        const std::lock_guard lock(ledger_.impl_->mutex);
        ledger_.impl_->jobs.release();
    }
    ledger_.impl_->wake.notify_one();
}

bool Ledger::run_if_idle(const std::function<void()>& work) {
    if (!impl_->lend()) return false;
    try {
        work();
    } catch (...) {
        impl_->take_back();
        throw;
    }
    impl_->take_back();
    return true;
}

Ledger::Ledger(const ChainParams& params, Options options, const Clock& clock, ThreadPool& workers,
               script::BoundedSignatureCache* cache)
    : impl_(std::make_unique<Impl>(params, std::move(options), clock, workers, cache)) {
    impl_->thread = std::thread([impl = impl_.get()] {
        set_thread_name("ledger");
        impl->work();
    });
}

Ledger::~Ledger() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->stopping = true;
    }
    impl_->wake.notify_all();
    impl_->thread.join();
}

void Ledger::run_now(const std::function<void()>& job) {
    std::promise<void> done;
    const auto run = [&](State*) {
        job();
        done.set_value();
    };
    run_or_enqueue(run);
    done.get_future().wait();
}

void Ledger::add_observer(LedgerObserver& observer) {
    run_now([this, &observer] { impl_->observers.push_back(&observer); });
}

void Ledger::remove_observer(LedgerObserver& observer) {
    run_now([this, &observer] { std::erase(impl_->observers, &observer); });
}

const chain::Chainstate& Ledger::chain() const {
    return impl_->chain;
}
const ChainParams& Ledger::params() const {
    return impl_->chain.params();
}

void Ledger::throw_closed() {
    throw StorageError("the node is stopping because its disk failed");
}

void Ledger::rethrow_fatal() {
    try {
        throw;
    } catch (const StorageError&) {
        throw;
    } catch (const std::bad_alloc&) {
        throw;
    } catch (...) {
        // For example an RPC method that ends with an error of its own: the caller has it.
    }
}

void Ledger::run_or_enqueue(Job job) {
    if (impl_->is_borrower()) return impl_->run_only(job);
    if (run_if_idle([&] { impl_->run_only(job); })) return;
    impl_->enqueue([&](auto& jobs) { jobs.push_call(std::move(job)); });
}

void Ledger::enqueue(Job job) {
    impl_->enqueue([&](auto& jobs) { jobs.push_other(std::move(job)); });
}

void Ledger::post(std::function<void(State&)> work) {
    Job job = [work = std::move(work)](State* state) {
        if (state) work(*state);
    };
    enqueue(std::move(job));
}

asio::awaitable<void> Ledger::run_open(OpenJob job) {
    const auto executor = co_await asio::this_coro::executor;
    // Tracked: the io_context does not run dry while the ledger is at work for one of its
    // coroutines.
    const auto tracked = asio::prefer(executor, asio::execution::outstanding_work.tracked);
    // Named, not written into the co_await expression: gcc 12 would destroy its captures twice.
    auto initiate = [this, tracked, &job](auto handler) {
        using Handler = decltype(handler);
        auto once = std::make_shared<std::optional<Handler>>(std::move(handler));
        Resume resume = [once, tracked] {
            if (!*once) return;
            auto shared = std::make_shared<Handler>(std::move(**once));
            once->reset();
            asio::post(tracked, [shared] { std::move (*shared)(); });
        };
        Job inner = [job = std::move(job), resume = std::move(resume)](State* state) {
            try {
                job(state, resume);
            } catch (...) {
                resume();
                throw;
            }
        };
        enqueue(std::move(inner));
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate,
                                                                         asio::use_awaitable);
}

asio::awaitable<void> Ledger::run(Job job) {
    OpenJob open = [job = std::move(job)](State* state, const Resume& resume) {
        job(state);
        resume();
    };
    return run_open(std::move(open));
}

asio::awaitable<chain::Submitted> Ledger::submit(BlockRef block) {
    const auto outcome = std::make_shared<std::optional<chain::Submitted>>();
    OpenJob job = [outcome, block = std::move(block)](State* state, const Resume& resume) {
        if (!state) return resume();
        state->chain.submit(block, [outcome, resume](const chain::Submitted* submitted) {
            if (submitted) *outcome = *submitted;
            resume();
        });
    };
    co_await run_open(std::move(job));
    if (!*outcome) throw_closed();
    co_return std::move(**outcome);
}

asio::awaitable<std::vector<mempool::AcceptResult>> Ledger::accept(
    std::vector<TransactionRef> transactions) {
    auto work = [transactions = std::move(transactions)](State& state) {
        return state.accept_all(transactions);
    };
    return with(std::move(work));
}

}  // namespace daler::ledger
