#include <daler/mempool/fee_estimates.h>

#include <test.h>

using namespace daler;
using mempool::FeeEstimates;

namespace {

std::int64_t rate(const FeeEstimates& estimates, int target) {
    const auto found = estimates.find(target);
    return found ? found->per_kvb.satoshis() : -1;
}

}  // namespace

TEST_CASE("a fee rate holds from its target up to the next one that is set", "[mempool]") {
    FeeEstimates estimates;
    CHECK(rate(estimates, 1) == -1);
    estimates.set(6, {Amount{600}});
    CHECK(rate(estimates, 1) == 600);
    estimates.set(2, {Amount{2000}});
    estimates.set(144, {Amount{100}});
    CHECK(rate(estimates, 1) == 2000);
    CHECK(rate(estimates, 2) == 2000);
    CHECK(rate(estimates, 5) == 2000);
    CHECK(rate(estimates, 6) == 600);
    CHECK(rate(estimates, 143) == 600);
    CHECK(rate(estimates, 1008) == 100);
    estimates.clear(6);
    CHECK(rate(estimates, 143) == 2000);
    estimates.clear();
    CHECK(rate(estimates, 6) == -1);
}
