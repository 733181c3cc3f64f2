#include <daler/mining/mining.h>
#include <daler/primitives/chain_params.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>
#include <optional>

namespace daler::mining {
namespace {

// How many nonces are tried between two checks of `stop`.
constexpr std::uint32_t stop_check_interval = 1u << 14;

// For easy blocks, which are mined on the ledger thread: how long other callers may wait, and how
// many nonces are tried there. On regtest about every second nonce is a solution.
constexpr std::chrono::milliseconds ledger_time{5};
constexpr std::uint64_t easy_tries = 100;

}  // namespace

bool solve(BlockHeader& header, const ChainParams& params, std::uint64_t& max_tries,
           const std::atomic<bool>& stop) {
    const auto target = consensus::target_from_bits(header.bits, params.pow_limit);
    if (!target) return false;
    Bytes bytes = encode(header);
    auto* const nonce_bytes = bytes.data() + BlockHeader::size - sizeof header.nonce;
    for (;; ++header.nonce) {
        if (max_tries == 0) return false;
        if (header.nonce % stop_check_interval == 0 && stop) return false;
        --max_tries;
        std::memcpy(nonce_bytes, &header.nonce, sizeof header.nonce);
        if (U256::from_little_endian(crypto::sha256d(bytes)) <= *target) return true;
        if (header.nonce == std::numeric_limits<std::uint32_t>::max()) return false;
    }
}

namespace {

/// The work of one call of `generate`.
class Generation {
public:
    Generation(ledger::Ledger& ledger, Clock& clock, GenerateOptions options,
               const std::atomic<bool>& stop)
        : ledger_(ledger),
          options_(std::move(options)),
          stop_(stop),
          pace_(clock, options_.interval),
          wanted_(static_cast<std::size_t>(std::max(options_.count, 0))) {}

    Result<std::vector<BlockHash>, consensus::Rejection> run() {
        while (mined_.size() < wanted_ && verdict_ && !stop_) {
            auto hard =
                ledger_.call([this](ledger::State& state) { return mine_easy_blocks(state); });
            if (!hard) continue;
            if (!solve(hard->block.header, ledger_.params(), options_.max_tries, stop_)) break;
            solved_ = std::make_shared<const Block>(std::move(hard->block));
        }
        if (!verdict_) return fail(verdict_.error());
        return std::move(mined_);
    }

private:
    // Passing an easy block to another thread and back would take longer than mining it, so the
    // ledger thread mines blocks until one is hard to solve.
    std::optional<Template> mine_easy_blocks(ledger::State& state) {
        const auto end = std::chrono::steady_clock::now() + ledger_time;
        for (;;) {
            if (solved_) submit(state);
            if (!verdict_ || stop_ || mined_.size() == wanted_) return std::nullopt;
            auto next = make_next(state);
            if (options_.only_with_transactions && next.block.transactions.size() == 1) {
                wanted_ = mined_.size();
                return std::nullopt;
            }
            if (options_.made) options_.made(next);
            auto tries = std::min(options_.max_tries, easy_tries);
            options_.max_tries -= tries;
            const bool is_easy = solve(next.block.header, ledger_.params(), tries, stop_);
            options_.max_tries += tries;
            if (!is_easy) return next;
            solved_ = std::make_shared<const Block>(std::move(next.block));
            if (std::chrono::steady_clock::now() >= end) return std::nullopt;
        }
    }

    Template make_next(ledger::State& state) {
        options_.block.time = pace_.next();
        if (!options_.transactions) return make_template(state, options_.block);
        const auto view = state.chain.view();
        if (!mined_.empty()) return make_template(state, options_.block, view->tip(), {});
        return make_template(state, options_.block, view->tip(), *options_.transactions);
    }

    void submit(ledger::State& state) {
        pace_.reach(solved_->header.block_time());
        // If a competing block was faster, that is not an error.
        verdict_ = state.chain.submit(solved_).verdict;
        if (verdict_) mined_.push_back(solved_->header.hash());
        solved_ = nullptr;
    }

    ledger::Ledger& ledger_;
    GenerateOptions options_;
    const std::atomic<bool>& stop_;
    BlockPace pace_;
    std::size_t wanted_;
    std::vector<BlockHash> mined_;
    BlockRef solved_;  ///< not submitted yet
    consensus::Verdict verdict_;
};

}  // namespace

Result<std::vector<BlockHash>, consensus::Rejection> generate(ledger::Ledger& ledger, Clock& clock,
                                                              GenerateOptions options,
                                                              const std::atomic<bool>& stop) {
    return Generation(ledger, clock, std::move(options), stop).run();
}

}  // namespace daler::mining
