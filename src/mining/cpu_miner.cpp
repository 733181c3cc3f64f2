#include <daler/mining/mining.h>

#include <cstring>
#include <limits>

namespace daler::mining {
namespace {

// How many nonces are tried between two looks at `stop`.
constexpr std::uint32_t stop_check_interval = 1u << 14;

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

std::vector<BlockHash> generate(ledger::Ledger& ledger, int count, const TemplateOptions& options,
                                std::uint64_t max_tries, const std::atomic<bool>& stop,
                                const std::function<void(const Template&)>& made) {
    std::vector<BlockHash> mined;
    for (int i = 0; i < count && !stop; ++i) {
        auto next =
            ledger.call([&](ledger::State& state) { return make_template(state, options); });
        if (made) made(next);
        if (!solve(next.block.header, ledger.params(), max_tries, stop)) break;
        const auto block = std::make_shared<const Block>(std::move(next.block));
        const auto result =
            ledger.call([&](ledger::State& state) { return state.chain.submit(block); });
        // A competing block may have been faster; anything else would be our own mistake.
        if (!result.verdict) break;
        mined.push_back(block->header.hash());
    }
    return mined;
}

}  // namespace daler::mining
