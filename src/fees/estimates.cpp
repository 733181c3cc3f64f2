// What the statistics say.
#include "impl.h"

#include <cmath>

namespace daler::fees {
namespace {

// The parts of transactions that must have confirmed within half of the target, the target, and
// twice the target.
constexpr double half_target_success = .6;
constexpr double target_success = .85;
constexpr double double_target_success = .95;

// Statistics of an earlier run that ended more blocks ago are not used.
constexpr Height oldest_history = 6 * 1008;

std::optional<FeeRate> rounded(double rate) {
    // A damaged file may have any numbers.
    if (!(rate >= 0 && rate <= static_cast<double>(max_money.satoshis()))) return std::nullopt;
    const auto satoshis = std::llround(rate);
    return satoshis > 0 ? std::optional(FeeRate{Amount{satoshis}}) : std::nullopt;
}

}  // namespace

std::string_view name(Horizon horizon) {
    switch (horizon) {
        case Horizon::short_term:
            return "short";
        case Horizon::medium_term:
            return "medium";
        case Horizon::long_term:
            return "long";
    }
    return "";
}

int max_target(Horizon horizon) {
    return rules_of(horizon).max_target();
}

std::string_view describe(Reason reason) {
    switch (reason) {
        case Reason::none:
            return "None";
        case Reason::half_target:
            return "Half Target 60% Threshold";
        case Reason::target:
            return "Target 85% Threshold";
        case Reason::double_target:
            return "Double Target 95% Threshold";
        case Reason::conservative:
            return "Conservative Double Target longer horizon";
    }
    return "";
}

Height Estimator::Impl::blocks_seen() const {
    return first_recorded == 0 ? 0 : best - first_recorded;
}

Height Estimator::Impl::blocks_in_file() const {
    if (historical_first == 0 || best - historical_best > oldest_history) return 0;
    return historical_best - historical_first;
}

// Half of the blocks, so that transactions had the time to fail.
int Estimator::Impl::max_usable_target() const {
    return std::min(max_target(Horizon::long_term), std::max(blocks_seen(), blocks_in_file()) / 2);
}

RawEstimate Estimator::estimate_raw(int target, double threshold, Horizon horizon) const {
    const auto& stats = impl_->of(horizon);
    const auto median = stats.estimate(target, threshold, impl_->best);
    return {rounded(median.rate), stats.rules().decay, stats.rules().scale, median.pass,
            median.fail};
}

/// The estimate of the shortest horizon that knows the target. With `look_at_shorter`, a shorter
/// horizon lowers it: what is enough for its highest target is enough for a higher one.
double Estimator::Impl::combined(int target, double threshold, bool look_at_shorter) const {
    double rate = -1;
    if (target < 1 || target > max_target(Horizon::long_term)) return rate;
    const auto horizon =
        *std::ranges::find_if(horizons, [&](Horizon h) { return target <= max_target(h); });
    rate = of(horizon).estimate(target, threshold, best).rate;
    if (!look_at_shorter) return rate;
    for (const auto shorter : {Horizon::medium_term, Horizon::short_term}) {
        if (target <= max_target(shorter)) continue;
        const double other = of(shorter).estimate(max_target(shorter), threshold, best).rate;
        if (other > 0 && (rate == -1 || other < rate)) rate = other;
    }
    return rate;
}

/// The highest estimate of the horizons that are longer than the target needs.
double Estimator::Impl::conservative(int target) const {
    double rate = -1;
    if (target <= max_target(Horizon::short_term))
        rate = of(Horizon::medium_term).estimate(target, double_target_success, best).rate;
    if (target <= max_target(Horizon::medium_term)) {
        rate = std::max(rate,
                        of(Horizon::long_term).estimate(target, double_target_success, best).rate);
    }
    return rate;
}

SmartEstimate Estimator::estimate(int target, bool conservative) const {
    // The fee rate for the very next block cannot be told from the past.
    constexpr int lowest_target = 2;
    SmartEstimate out;
    out.target = std::min(std::max(target, lowest_target), impl_->max_usable_target());
    if (out.target < lowest_target) return out;

    double rate = -1;
    const auto raise = [&](double other, Reason reason) {
        if (other <= rate) return;
        rate = other;
        out.reason = reason;
    };
    raise(impl_->combined(out.target / 2, half_target_success, true), Reason::half_target);
    raise(impl_->combined(out.target, target_success, true), Reason::target);
    raise(impl_->combined(2 * out.target, double_target_success, !conservative),
          Reason::double_target);
    if (conservative || rate == -1)
        raise(impl_->conservative(2 * out.target), Reason::conservative);
    out.rate = rounded(rate);
    return out;
}

}  // namespace daler::fees
