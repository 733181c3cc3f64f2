#include "header_presync.h"

#include <daler/chain/chain_view.h>
#include <daler/consensus/header_rules.h>
#include <daler/primitives/chain_params.h>

namespace daler::sync {

namespace limits = wire::limits;

namespace {

/// The rule for block times (above the median of the last 11) allows at most this many blocks per
/// second in the long run.
constexpr std::int64_t max_blocks_per_second = 6;

/// True if `bits` may follow `previous` at `height` for some times of the blocks between.
bool is_possible_transition(const ChainParams& params, Height height, std::uint32_t previous,
                            std::uint32_t bits) {
    const auto& rule = params.retarget;
    if (rule.never || rule.min_difficulty_blocks) return true;
    if (height % rule.window != 0) return bits == previous;
    const auto target = consensus::expand_bits(bits);
    const auto before = consensus::expand_bits(previous);
    const auto rounded = [](const U256& value) {
        return consensus::expand_bits(consensus::bits_from_target(value));
    };
    const auto easiest = rounded(std::min(before * 4, params.pow_limit));
    const auto hardest = rounded(before / U256{4});
    return target >= hardest && target <= easiest;
}

}  // namespace

HeaderPresync::HeaderPresync(const ChainParams& params, const chain::BlockEntry& start,
                             U256 required_work, BlockTime now, Random& random)
    : params_(params),
      start_(start),
      required_work_(required_work),
      k0_(random.next()),
      k1_(random.next()),
      offset_(static_cast<Height>(random.below(limits::presync_commitment_period))),
      first_(pass_from_start()),
      second_(pass_from_start()) {
    const auto age = (now - start.median_time_past + consensus::max_future_block_time).count();
    max_commitments_ = static_cast<std::size_t>(std::max<std::int64_t>(age, 0)) *
                       max_blocks_per_second / limits::presync_commitment_period;
}

HeaderPresync::Pass HeaderPresync::pass_from_start() const {
    return {start_.hash, start_.header.bits, start_.height, start_.chainwork};
}

Height HeaderPresync::height() const {
    return first_.height;
}

std::vector<BlockHash> HeaderPresync::locator() const {
    auto out = chain::ChainView::locator_from(start_);
    out.insert(out.begin(), in_second_pass_ ? second_.last : first_.last);
    return out;
}

bool HeaderPresync::is_commitment_height(Height height) const {
    return height % static_cast<Height>(limits::presync_commitment_period) == offset_;
}

bool HeaderPresync::commitment(const BlockHash& hash) const {
    return (crypto::siphash(k0_, k1_, hash.bytes) & 1) != 0;
}

bool HeaderPresync::extend(Pass& pass, const BlockHeader& header) const {
    if (header.previous != pass.last) return false;
    if (!is_possible_transition(params_, pass.height + 1, pass.last_bits, header.bits))
        return false;
    pass.last = header.hash();
    pass.last_bits = header.bits;
    pass.work += consensus::work_of(header.bits);
    ++pass.height;
    return true;
}

HeaderPresync::Step HeaderPresync::give_up() {
    Step step;
    step.ok = false;
    return step;
}

HeaderPresync::Step HeaderPresync::process(std::span<const BlockHeader> headers, bool is_full) {
    return in_second_pass_ ? second_pass(headers, is_full) : first_pass(headers, is_full);
}

HeaderPresync::Step HeaderPresync::first_pass(std::span<const BlockHeader> headers, bool is_full) {
    Step step;
    for (const auto& header : headers) {
        if (!extend(first_, header)) return give_up();
        if (is_commitment_height(first_.height)) {
            commitments_.push_back(commitment(first_.last));
            if (commitments_.size() > max_commitments_) return give_up();
        }
    }
    if (first_.work >= required_work_) {
        in_second_pass_ = true;
        step.ask_more = true;
    } else if (is_full) {
        step.ask_more = true;
    } else {
        step.finished = true;  // the peer's whole chain has too little work
    }
    return step;
}

HeaderPresync::Step HeaderPresync::second_pass(std::span<const BlockHeader> headers, bool is_full) {
    Step step;
    for (const auto& header : headers) {
        if (!extend(second_, header)) return give_up();
        const bool proven = second_.work >= required_work_;
        if (!proven && is_commitment_height(second_.height)) {
            if (commitments_.empty() || commitments_.front() != commitment(second_.last))
                return give_up();
            commitments_.pop_front();
        }
        waiting_.push_back(header);
    }
    const bool proven = second_.work >= required_work_;
    while (!waiting_.empty() && (proven || waiting_.size() > limits::presync_lookahead)) {
        step.release.push_back(waiting_.front());
        waiting_.pop_front();
    }
    step.finished = proven;
    if (!proven && !is_full) return give_up();
    step.ask_more = is_full;
    return step;
}

}  // namespace daler::sync
