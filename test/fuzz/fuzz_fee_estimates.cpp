#include <daler/fees/estimator.h>
#include <daler/util/ensure.h>

#include <array>

// Any fee_estimates.dat is read or refused. What is read is written and read again without change,
// and has an answer to all questions.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    auto estimator = fees::Estimator::decode({data, size});
    if (!estimator) return 0;
    const auto bytes = estimator->encode();
    const auto again = fees::Estimator::decode(bytes);
    ensure(again.has_value());
    ensure(again->encode() == bytes);
    const auto compact = fees::Estimator::decode_compact(estimator->encode_compact());
    ensure(compact.has_value());
    ensure(compact->encode() == bytes);
    for (const int target : {2, 1008}) {
        const auto estimate = estimator->estimate(target, true);
        ensure(!estimate.rate || is_money(estimate.rate->per_kvb));
        ensure(estimate.target >= 0 && estimate.target <= 1008);
    }
    for (const auto horizon : fees::horizons)
        (void)estimator->estimate_raw(fees::max_target(horizon), 0.5, horizon);
    estimator->block_connected(500'000, std::array{fees::Counted{1000, FeeRate{Amount{1000}}}});
    return 0;
}
