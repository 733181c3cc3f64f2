#include <daler/mining/auto_miner.h>
#include <daler/mining/block_signer.h>

#include "auto_mine_setting.h"
#include "hash_threads.h"

#include <daler/descriptor/addresses.h>
#include <daler/mining/mining.h>
#include <daler/primitives/chain_params.h>
#include <daler/util/log.h>
#include <daler/util/random.h>
#include <daler/util/thread_name.h>

#include <fmt/format.h>

#include <deque>

namespace daler::mining {
namespace {

using SteadyClock = std::chrono::steady_clock;
using TimePoint = SteadyClock::time_point;

// A burst of transactions becomes one block: it ends when none has come for `quiet_time`, or at the
// latest `longest_burst` after its first.
constexpr std::chrono::milliseconds quiet_time{2};
constexpr std::chrono::milliseconds longest_burst{50};
// After an error the next attempt is not before this.
constexpr std::chrono::seconds pause_after_error{1};
// A block whose nonce is searched gets new transactions, or a new time, after this.
constexpr std::chrono::seconds transactions_age{1};
constexpr std::chrono::seconds longest_search{10};
// The rate of hashes is measured over at least this time.
constexpr std::chrono::seconds rate_period{3};
// To search blocks all the time that are easier than this would only fill the disk.
constexpr double least_hashes = 100'000;
constexpr std::size_t extra_nonce_size = 8;
constexpr TimePoint never = TimePoint::max();

using Status = Result<void, std::string>;

Status check_events(const AutoMineEvents& when, const ledger::Ledger& ledger, const Clock& clock) {
    const bool needs_time = when.interval || when.poisson_mean || when.with_cpu;
    if (needs_time && clock.is_chain_time_stopped()) {
        return fail(
            std::string("Chain time stands still between commands on this network: blocks "
                        "can only be mined for transactions (tx), or by commands."));
    }
    const auto hashes = consensus::work_of(ledger.view()->tip().header.bits).to_double();
    if (when.with_cpu && ledger.params().retarget.never && hashes < least_hashes) {
        return fail(
            fmt::format("A block of this chain takes only {:.0f} hashes, and cpu would "
                        "fill the disk. Use tx, 10s or poisson:60s.",
                        hashes));
    }
    return {};
}

Status check(const AutoMineSetting& setting, const ledger::Ledger& ledger, const Clock& clock) {
    if (setting.threads < 1 || setting.threads > AutoMiner::max_threads)
        return fail(fmt::format("threads must be from 1 to {}.", AutoMiner::max_threads));
    const auto& format = ledger.params().address;
    if (!setting.address.empty() && !descriptor::decode_address(setting.address, format))
        return fail(fmt::format("{} is not an address of this chain.", setting.address));
    return check_events(setting.when, ledger, clock);
}

/// Hashes per second of the last few seconds.
class RateMeter {
public:
    void reset() { before_ = latest_ = {SteadyClock::now(), 0}; }
    double measure(std::uint64_t hashes) {
        const auto now = SteadyClock::now();
        if (now - latest_.at >= rate_period) {
            before_ = latest_;
            latest_ = {now, hashes};
        }
        const std::chrono::duration<double> time = now - before_.at;
        return time.count() > 0 ? static_cast<double>(hashes - before_.hashes) / time.count() : 0;
    }

private:
    struct Sample {
        TimePoint at;
        std::uint64_t hashes = 0;
    };
    Sample before_, latest_;
};

}  // namespace

struct AutoMiner::Impl final : ledger::LedgerObserver {
    Impl(ledger::Ledger& ledger_, Clock& clock_, Options options_)
        : ledger(ledger_), clock(clock_), options(std::move(options_)) {}

    void tip_changed(const std::shared_ptr<const chain::ChainView>& view) override;
    void transaction_added(const TransactionRef& tx, Amount fee, std::int64_t vsize,
                           std::uint64_t) override;

    void read_kept();
    void apply(const AutoMineSetting& wanted);

    // The thread.
    enum class Work : std::uint8_t { nothing, submit, mine, mine_transactions, search };
    struct Next {
        Work work = Work::nothing;
        TimePoint at = never;
    };
    void run();
    [[nodiscard]] Next next_work() const;
    void do_work(Work work, std::unique_lock<std::mutex>& lock);
    void draw_interval();
    /// True if there was something to do. The lock was released meanwhile, so what it guards may
    /// have changed.
    bool change_threads(std::unique_lock<std::mutex>& lock);
    Status mine(bool for_transactions);
    Status search();
    Status submit(const BlockRef& block);
    Result<TemplateOptions, std::string> block_options();
    Result<Script, std::string> script();
    void note(const Status& status);

    ledger::Ledger& ledger;
    Clock& clock;
    const Options options;
    Random random;  ///< of the thread
    /// Ends the search for a block that `mine` makes.
    std::atomic<bool> abandon{false};

    mutable std::mutex mutex;  ///< guards what follows
    std::condition_variable news;
    AutoMineSetting setting;
    std::optional<Script> payout;  ///< of the setting, once it was needed
    bool started = false;
    bool stopping = false;
    TimePoint tip_came = SteadyClock::now();
    TimePoint random_due = never;
    std::optional<TimePoint> burst_begin, burst_latest;
    TimePoint not_before{};
    TimePoint search_due{};
    TimePoint search_begun{};
    std::deque<BlockRef> found;
    std::uint64_t blocks = 0;
    std::string error;
    std::shared_ptr<HashThreads> hash_threads;  ///< while "cpu" is set
    int hash_thread_count = 0;
    mutable RateMeter rate;

    std::thread thread;
};

void AutoMiner::Impl::tip_changed(const std::shared_ptr<const chain::ChainView>&) {
    const std::lock_guard lock(mutex);
    tip_came = search_due = SteadyClock::now();
    abandon = true;
    news.notify_one();
}

void AutoMiner::Impl::transaction_added(const TransactionRef&, Amount, std::int64_t,
                                        std::uint64_t) {
    const std::lock_guard lock(mutex);
    const auto now = SteadyClock::now();
    search_due = std::min(search_due, search_begun + transactions_age);
    if (!setting.when.on_transaction) return;
    if (!burst_begin) burst_begin = now;
    burst_latest = now;
    news.notify_one();
}

void AutoMiner::Impl::read_kept() {
    if (!options.files) return;
    const auto bytes = storage::read_file(*options.files, options.file);
    if (!bytes) return;
    const auto kept = decode_setting(*bytes);
    const auto usable =
        kept ? check(*kept, ledger, clock) : Status(fail(std::string("It is damaged.")));
    if (usable)
        setting = *kept;
    else
        log::warning("{} is ignored, and no blocks are mined: {} Use setautomine.",
                     options.file.string(), usable.error());
}

void AutoMiner::Impl::apply(const AutoMineSetting& wanted) {
    const std::lock_guard lock(mutex);
    setting = wanted;
    payout.reset();
    error.clear();
    not_before = search_due = {};
    random_due = never;
    // There may be transactions already.
    burst_begin = burst_latest =
        wanted.when.on_transaction ? std::optional(SteadyClock::now()) : std::nullopt;
    abandon = true;
    news.notify_one();
}

AutoMiner::Impl::Next AutoMiner::Impl::next_work() const {
    Next next;
    const auto offer = [&](Work work, TimePoint at) {
        at = std::max(at, not_before);
        if (at < next.at) next = {work, at};
    };
    const auto& when = setting.when;
    if (!started) return next;
    if (!found.empty()) return {Work::submit, {}};
    if (when.interval) offer(Work::mine, tip_came + *when.interval);
    if (when.poisson_mean) offer(Work::mine, random_due);
    if (when.on_transaction && burst_begin) {
        offer(Work::mine_transactions,
              std::min(*burst_latest + quiet_time, *burst_begin + longest_burst));
    }
    if (when.with_cpu) offer(Work::search, std::min(search_due, search_begun + longest_search));
    return next;
}

void AutoMiner::Impl::draw_interval() {
    const auto mean = std::chrono::duration<double>(*setting.when.poisson_mean).count();
    const std::chrono::duration<double> wait(random.exponential(mean));
    random_due = SteadyClock::now() + std::chrono::duration_cast<SteadyClock::duration>(wait);
}

bool AutoMiner::Impl::change_threads(std::unique_lock<std::mutex>& lock) {
    const int wanted = started && !stopping && setting.when.with_cpu ? setting.threads : 0;
    if (wanted == hash_thread_count) return false;
    hash_thread_count = wanted;
    auto old = std::move(hash_threads);
    search_due = {};
    rate.reset();
    // Its threads may be about to report a block.
    lock.unlock();
    old.reset();
    lock.lock();
    if (wanted == 0) return true;
    const auto report = [this](BlockRef block) {
        const std::lock_guard guard(mutex);
        found.push_back(std::move(block));
        abandon = true;
        news.notify_one();
    };
    hash_threads = std::make_shared<HashThreads>(ledger.params(), wanted, report);
    return true;
}

void AutoMiner::Impl::run() {
    std::unique_lock lock(mutex);
    while (!stopping) {
        if (change_threads(lock)) continue;
        if (setting.when.poisson_mean && random_due == never) draw_interval();
        const auto next = next_work();
        if (next.work == Work::nothing)
            news.wait(lock);
        else if (next.at > SteadyClock::now())
            news.wait_until(lock, next.at);
        else
            do_work(next.work, lock);
    }
    (void)change_threads(lock);
}

void AutoMiner::Impl::do_work(Work work, std::unique_lock<std::mutex>& lock) {
    if (random_due <= SteadyClock::now()) draw_interval();
    BlockRef solved;
    if (work == Work::submit) {
        solved = std::move(found.front());
        found.pop_front();
    }
    if (work == Work::mine_transactions) burst_begin.reset();
    if (work == Work::search) {
        search_begun = SteadyClock::now();
        search_due = never;
    }
    if (stopping) return;
    abandon = false;
    lock.unlock();
    Status status;
    try {
        status = solved                 ? submit(solved)
                 : work == Work::search ? search()
                                        : mine(work == Work::mine_transactions);
    } catch (const std::exception& thrown) {
        status = fail(std::string(thrown.what()));
    }
    lock.lock();
    note(status);
}

void AutoMiner::Impl::note(const Status& status) {
    if (status) {
        error.clear();
        return;
    }
    not_before = SteadyClock::now() + pause_after_error;
    if (error != status.error()) log::warning("No block was mined: {}", status.error());
    error = status.error();
    payout.reset();
}

Result<Script, std::string> AutoMiner::Impl::script() {
    std::string address;
    {
        const std::lock_guard lock(mutex);
        if (payout) return *payout;
        address = setting.address;
    }
    Result<Script, std::string> made = fail(std::string());
    if (address.empty())
        made = options.wallet_script();
    else
        made = *descriptor::decode_address(address, ledger.params().address);
    const std::lock_guard lock(mutex);
    if (made && address == setting.address) payout = *made;
    return made;
}

Result<TemplateOptions, std::string> AutoMiner::Impl::block_options() {
    auto made = script();
    if (!made) return fail(made.error());
    TemplateOptions out;
    out.coinbase_script = std::move(*made);
    out.limits = options.limits;
    out.signer = options.block_signer();
    if (out.signer && !out.signer->can_sign()) return fail(std::string(no_signer));
    // Two nodes with one address would make the same block. Where chain time stands still, equal
    // commands are to give equal blocks.
    if (!clock.is_chain_time_stopped()) {
        out.extra_nonce.resize(extra_nonce_size);
        fill_secure_random(out.extra_nonce);
    }
    return out;
}

Status AutoMiner::Impl::mine(bool for_transactions) {
    auto block = block_options();
    if (!block) return fail(block.error());
    GenerateOptions wanted;
    wanted.block = std::move(*block);
    wanted.only_with_transactions = for_transactions;
    const auto mined = generate(ledger, clock, std::move(wanted), abandon);
    if (!mined) return fail("The block was refused: " + consensus::to_text(mined.error()));
    const bool are_left =
        for_transactions && !mined->empty() &&
        ledger.call([](ledger::State& state) { return state.mempool.size(); }) > 0;
    const std::lock_guard lock(mutex);
    blocks += mined->size();
    // What did not fit, or came while the block was searched in vain.
    const bool again = are_left || (for_transactions && mined->empty() && abandon);
    if (again && !burst_begin) burst_begin = burst_latest = SteadyClock::now();
    return {};
}

Status AutoMiner::Impl::search() {
    auto block = block_options();
    if (!block) return fail(block.error());
    auto made = ledger.call([&](ledger::State& state) { return make_template(state, *block); });
    std::shared_ptr<HashThreads> threads;
    {
        const std::lock_guard lock(mutex);
        threads = hash_threads;
        if (threads) (void)rate.measure(threads->hashes());
    }
    if (threads) threads->search(std::move(made.block));
    return {};
}

Status AutoMiner::Impl::submit(const BlockRef& block) {
    const auto verdict =
        ledger.call([&](ledger::State& state) { return state.chain.submit(block).verdict; });
    const std::lock_guard lock(mutex);
    search_due = {};
    if (!verdict) return fail("The block was refused: " + consensus::to_text(verdict.error()));
    ++blocks;
    return {};
}

AutoMiner::AutoMiner(ledger::Ledger& ledger, Clock& clock, Options options)
    : impl_(std::make_unique<Impl>(ledger, clock, std::move(options))) {
    impl_->read_kept();
    ledger.add_observer(*impl_);
    impl_->thread = std::thread([impl = impl_.get()] {
        set_thread_name("miner");
        impl->run();
    });
}

AutoMiner::~AutoMiner() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->stopping = true;
        impl_->abandon = true;
    }
    impl_->news.notify_all();
    impl_->thread.join();
    impl_->ledger.remove_observer(*impl_);
}

void AutoMiner::start() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->started = true;
        impl_->tip_came = SteadyClock::now();
    }
    impl_->apply(setting());
}

AutoMineSetting AutoMiner::setting() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->setting;
}

AutoMineStatus AutoMiner::status() const {
    const std::lock_guard lock(impl_->mutex);
    const double hash_rate =
        impl_->hash_threads ? impl_->rate.measure(impl_->hash_threads->hashes()) : 0;
    return {impl_->setting, impl_->blocks, hash_rate, impl_->error};
}

Status AutoMiner::set(const AutoMineSetting& setting, Keep keep) {
    if (auto status = check(setting, impl_->ledger, impl_->clock); !status) return status;
    if (keep == Keep::in_file && impl_->options.files) {
        storage::write_atomically(*impl_->options.files, impl_->options.file,
                                  encode_setting(setting));
    }
    impl_->apply(setting);
    return {};
}

}  // namespace daler::mining
