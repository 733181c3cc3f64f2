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

Result<std::vector<BlockHash>, consensus::Rejection> generate(
    ledger::Ledger& ledger, int count, const TemplateOptions& options, std::uint64_t max_tries,
    const std::atomic<bool>& stop, const std::function<void(const Template&)>& made) {
    std::vector<BlockHash> mined;
    const auto wanted = static_cast<std::size_t>(std::max(count, 0));
    BlockRef solved;  // not submitted yet
    consensus::Verdict verdict;
    const auto submit = [&](ledger::State& state) {
        // If a competing block was faster, that is not an error.
        verdict = state.chain.submit(solved).verdict;
        if (verdict) mined.push_back(solved->header.hash());
        solved = nullptr;
    };
    // Passing an easy block to another thread and back would take longer than mining it, so the
    // ledger thread mines blocks until one is hard to solve.
    const auto mine_easy_blocks = [&](ledger::State& state) {
        const auto end = std::chrono::steady_clock::now() + ledger_time;
        for (;;) {
            if (solved) submit(state);
            if (!verdict || stop || mined.size() == wanted) return std::optional<Template>();
            auto next = make_template(state, options);
            if (made) made(next);
            auto tries = std::min(max_tries, easy_tries);
            max_tries -= tries;
            const bool is_easy = solve(next.block.header, ledger.params(), tries, stop);
            max_tries += tries;
            if (!is_easy) return std::optional(std::move(next));
            solved = std::make_shared<const Block>(std::move(next.block));
            if (std::chrono::steady_clock::now() >= end) return std::optional<Template>();
        }
    };
    while (mined.size() < wanted && verdict && !stop) {
        auto hard = ledger.call(mine_easy_blocks);
        if (!hard) continue;
        if (!solve(hard->block.header, ledger.params(), max_tries, stop)) break;
        solved = std::make_shared<const Block>(std::move(hard->block));
    }
    if (!verdict) return fail(verdict.error());
    return mined;
}

}  // namespace daler::mining
