#pragma once

#include <daler/chain/chainstate.h>
#include <daler/chain/savepoint.h>
#include <daler/consensus/version_bits.h>
#include <daler/mempool/mempool.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <type_traits>

namespace daler {
struct ChainParams;
}

namespace daler::ledger {

/// What the ledger thread owns. Functions given to the Ledger get a reference, which
/// they must not keep.
struct State {
    chain::Chainstate& chain;
    mempool::Mempool& mempool;
    /// What version_bits.h remembers, one entry per deployment of the chain.
    std::vector<consensus::DeploymentCache>& deployments;
    const Clock& clock;

    /// mempool.accept at the present time.
    [[nodiscard]] mempool::AcceptResult accept(const TransactionRef& tx,
                                               mempool::AcceptOptions options = {});
    /// The same for several, one after the other; their scripts are verified together.
    [[nodiscard]] std::vector<mempool::AcceptResult> accept_all(
        std::span<const TransactionRef> transactions);
    /// mempool.accept_package at the present time.
    [[nodiscard]] mempool::PackageAccepted accept_package(std::span<const TransactionRef> package,
                                                          mempool::AcceptOptions options = {});

    /// Returns the chain to `savepoint` and then the mempool to `contents`, which it had then.
    /// Observers are told of disconnected and connected blocks, then of removed and added
    /// transactions, then of the new tip.
    void return_to(const chain::Savepoint& savepoint, const mempool::SavedMempool& contents);
    /// While `return_to` changes the chain: what the mempool gets instead of the transactions of
    /// disconnected blocks.
    const mempool::SavedMempool* returning_to = nullptr;
};

/// Is called after each change, in order, on the ledger thread. Implementations pass the event to
/// their own thread and return at once.
class LedgerObserver {
public:
    virtual ~LedgerObserver() = default;
    virtual void block_connected(const chain::BlockEntry&, const BlockRef&) {}
    virtual void block_disconnected(const chain::BlockEntry&, const BlockRef&) {}
    /// A stored block was found to be invalid when it was to be connected.
    virtual void block_refused(const chain::BlockEntry&, const consensus::Rejection&) {}
    /// After all connects and disconnects of one change. The mempool fits the new tip.
    virtual void tip_changed(const std::shared_ptr<const chain::ChainView>&) {}
    /// See ChainObserver. The entries stay readable.
    virtual void blocks_forgotten(const std::vector<const chain::BlockEntry*>&) {}
    /// `vsize`: virtual bytes. `sequence`: the mempool's number of this change.
    virtual void transaction_added(const TransactionRef&, Amount /*fee*/, std::int64_t /*vsize*/,
                                   std::uint64_t /*sequence*/) {}
    virtual void transaction_removed(const TransactionRef&, mempool::RemovalReason,
                                     std::uint64_t /*sequence*/) {}
};

/// The asynchronous interface to chain and mempool. Owns the thread on which both live. There are
/// two queues: for threads that are blocked in `call`, and for all others, which is the network.
/// Each keeps its order. The ledger takes from them in turns, so that a caller of `call` waits for
/// one block of the network at most. Any thread may call, but not `call` from the ledger's own
/// thread or from one that runs coroutines.
///
/// A change of threads costs more than a small piece of work. So while its thread has nothing to
/// do, the ledger lends the state to a thread that calls `call`, which then does the work itself.
/// One thread has the state at a time. "On the ledger thread" means: on the thread that has it.
class Ledger {
public:
    /// Opens the state on the ledger thread and returns when it is ready. Throws StorageError.
    /// `fatal` is called (once, on the ledger thread) when the disk fails later on: the node must
    /// then stop; calls made afterwards throw StorageError.
    struct Options {
        chain::ChainOptions chain;
        policy::PolicyOptions policy;
        mempool::Limits limits;
        std::function<void(const std::string&)> fatal;
    };
    Ledger(const ChainParams& params, Options options, const Clock& clock, ThreadPool& workers,
           script::BoundedSignatureCache* cache);
    /// Finishes the calls that were made, flushes, ends the thread.
    ~Ledger();

    /// An observer must stay until it is removed or the ledger has ended.
    void add_observer(LedgerObserver& observer);
    /// Once this returns it is not called any more.
    void remove_observer(LedgerObserver& observer);

    /// The chain as it is. Never waits.
    [[nodiscard]] std::shared_ptr<const chain::ChainView> view() const { return chain().view(); }
    /// Only the members that say "any thread" may be used through this.
    [[nodiscard]] const chain::Chainstate& chain() const;
    [[nodiscard]] const ChainParams& params() const;

    /// While it exists, only `call`s of the thread that made it run on the ledger, and all others
    /// wait, so that the thread can read or change several parts of the node as if nothing happened
    /// in between. A second one waits until the first is gone. A thread may have one.
    class Hold {
    public:
        explicit Hold(Ledger& ledger);
        ~Hold();
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;

    private:
        Ledger& ledger_;
    };

    /// Runs `work` on the calling thread, if the ledger has nothing to do. Each `call` in it is
    /// done at once. Returns false, without having run it, if a `call` would have to wait now.
    bool run_if_idle(const std::function<void()>& work);

    /// Runs `work` on the ledger thread some time later; not at all once the disk has failed.
    void post(std::function<void(State&)> work);

    /// Runs `work(State&)` on the ledger thread and gives its result (or exception) to the blocked
    /// caller.
    template <class Work>
    auto call(Work work) -> std::invoke_result_t<Work&, State&> {
        using Value = std::invoke_result_t<Work&, State&>;
        auto promise = std::make_shared<std::promise<Value>>();
        auto future = promise->get_future();
        Job job = [promise, work = std::move(work)](State* state) mutable {
            try {
                if (!state) throw_closed();
                if constexpr (std::is_void_v<Value>) {
                    work(*state);
                    promise->set_value();
                } else {
                    promise->set_value(work(*state));
                }
            } catch (...) {
                promise->set_exception(std::current_exception());
                rethrow_fatal();
            }
        };
        run_or_enqueue(std::move(job));
        return future.get();
    }

    /// Runs `work(State&)` on the ledger thread and resumes the coroutine on its own executor with
    /// the result, which must be default-constructible. A StorageError arrives as exception.
    template <class Work>
    boost::asio::awaitable<std::invoke_result_t<Work&, State&>> with(Work work) {
        using Value = std::invoke_result_t<Work&, State&>;
        static_assert(!std::is_void_v<Value>, "give something back, if only true");
        auto outcome = std::make_shared<Value>();
        auto error = std::make_shared<std::exception_ptr>();
        Job job = [outcome, error, work = std::move(work)](State* state) mutable {
            try {
                if (!state) throw_closed();
                *outcome = work(*state);
            } catch (...) {
                *error = std::current_exception();
                rethrow_fatal();
            }
        };
        co_await run(std::move(job));
        if (*error) std::rethrow_exception(*error);
        co_return std::move(*outcome);
    }

    /// The calls that most of the node makes. A block's verdict may come after calls that were
    /// made later have ended. Verdicts come in order.
    boost::asio::awaitable<chain::Submitted> submit(BlockRef block);
    boost::asio::awaitable<std::vector<mempool::AcceptResult>> accept(
        std::vector<TransactionRef> transactions);

private:
    /// What waits in the queue. It is called with null when the disk has failed, and must report
    /// it.
    using Job = std::function<void(State*)>;

    [[noreturn]] static void throw_closed();
    /// Inside a catch block: throws again what must stop the node, drops what concerns only the
    /// caller.
    static void rethrow_fatal();
    /// The job of a thread that waits for it: on this thread if the ledger is idle.
    void run_or_enqueue(Job job);
    void enqueue(Job job);
    /// Runs `job` on the ledger thread, whether the disk works or not, and waits for it.
    void run_now(const std::function<void()>& job);
    /// A job that calls a function when the coroutine that waits for it may continue. It may call
    /// it more than once.
    using Resume = std::function<void()>;
    using OpenJob = std::function<void(State*, const Resume&)>;
    /// Runs `job` on the ledger thread. Resumes when it says so, or has thrown.
    boost::asio::awaitable<void> run_open(OpenJob job);
    /// Runs `job` on the ledger thread, then resumes.
    boost::asio::awaitable<void> run(Job job);

    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace daler::ledger
