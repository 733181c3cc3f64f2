#include <daler/consensus/header_rules.h>

#include <daler/primitives/chain_params.h>

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace daler::consensus {
namespace {

// A retarget changes the target by at most this factor.
constexpr std::int64_t max_adjustment = 4;
// After this many halvings the subsidy is zero. A shift by as many bits would be undefined.
constexpr Height max_halvings = 64;

// target * actual / wanted, at most `limit`.
U256 scale(const U256& target, std::uint64_t actual, std::uint64_t wanted, const U256& limit) {
    const auto overflows = [&](const U256& factor) {
        return factor.bit_length() + static_cast<unsigned>(std::bit_width(actual)) > 256;
    };
    // The product fits on all public chains, but may not fit on a private chain.
    if (overflows(target)) {
        const U256 part = target / U256{wanted};
        return overflows(part) ? limit : std::min(part * actual, limit);
    }
    return std::min(target * actual / U256{wanted}, limit);
}

// The target changes after `last`, the last block of a window.
std::uint32_t retarget(const HeaderChain& chain, const BlockHeader& last,
                       const ChainParams& params) {
    const auto& rule = params.retarget;
    if (rule.never) return last.bits;

    // The window has `window` blocks but one interval less is measured: an old mistake that is now
    // a rule.
    const BlockHeader first = chain.header(chain.height() - (rule.window - 1));
    const std::int64_t wanted = rule.timespan().count();
    const std::int64_t actual = std::clamp(std::int64_t{last.time} - std::int64_t{first.time},
                                           wanted / max_adjustment, wanted * max_adjustment);
    // BIP 94: the last block may have been one of minimum difficulty, the first may not.
    const U256 target = expand_bits(rule.from_first_block ? first.bits : last.bits);
    return bits_from_target(scale(target, static_cast<std::uint64_t>(actual),
                                  static_cast<std::uint64_t>(wanted), params.pow_limit));
}

// Testnets: the target of the last block that was not mined under the minimum difficulty rule.
std::uint32_t last_usual_bits(const HeaderChain& chain, std::uint32_t easiest, Height window) {
    Height height = chain.height();
    BlockHeader header = chain.header(height);
    while (height > 0 && height % window != 0 && header.bits == easiest)
        header = chain.header(--height);
    return header.bits;
}

Verdict check_version(const BlockHeader& header, Height height, const ActivationHeights& rules) {
    if ((header.version < 2 && height >= rules.bip34) ||
        (header.version < 3 && height >= rules.bip66) ||
        (header.version < 4 && height >= rules.bip65)) {
        return reject(Reason::bad_version,
                      fmt::format("0x{:08x}", static_cast<std::uint32_t>(header.version)));
    }
    return {};
}

}  // namespace

std::uint32_t next_bits(const HeaderChain& chain, BlockTime block_time, const ChainParams& params) {
    const auto& rule = params.retarget;
    const BlockHeader last = chain.header(chain.height());
    if ((chain.height() + 1) % rule.window == 0) return retarget(chain, last, params);
    if (!rule.min_difficulty_blocks) return last.bits;

    const std::uint32_t easiest = bits_from_target(params.pow_limit);
    if (block_time > last.block_time() + 2 * rule.spacing) return easiest;
    return last_usual_bits(chain, easiest, rule.window);
}

Verdict check_header(const BlockHeader& header, const BlockHash& hash, const ChainParams& params) {
    if (!has_proof_of_work(hash, header.bits, params)) return reject(Reason::high_hash);
    return {};
}

Verdict check_header_in_chain(const BlockHeader& header, const HeaderChain& parents, BlockTime now,
                              const ChainParams& params) {
    const Height height = parents.height() + 1;
    const BlockTime time = header.block_time();
    if (header.bits != next_bits(parents, time, params)) return reject(Reason::bad_diffbits);
    if (time <= parents.median_time_past(parents.height())) return reject(Reason::time_too_old);

    const auto& rule = params.retarget;
    if (rule.timewarp_protection && height % rule.window == 0 &&
        time < parents.header(parents.height()).block_time() - max_timewarp) {
        return reject(Reason::timewarp);
    }
    if (time > now + max_future_block_time) return reject(Reason::time_too_new);
    return check_version(header, height, params.activation);
}

Amount block_subsidy(Height height, const ChainParams& params) {
    const Height halvings = height / params.halving_interval;
    if (halvings >= max_halvings) return Amount{0};
    return Amount{params.initial_subsidy.satoshis() >> halvings};
}

}  // namespace daler::consensus
