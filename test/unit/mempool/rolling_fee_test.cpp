#include "mempool/rolling_fee.h"

#include <test.h>

using namespace daler;
using namespace std::chrono_literals;

namespace {

constexpr FeeRate incremental{Amount{1000}};
constexpr BlockTime start = from_unix(1'700'000'000);
constexpr std::size_t max_usage = 1000;

}  // namespace

TEST_CASE("the rolling fee does not fall before a block", "[mempool]") {
    mempool::RollingFee fee;
    CHECK(fee.at(start, 0, max_usage, incremental) == FeeRate{});
    fee.raise({Amount{8000}});
    fee.raise({Amount{5000}});
    CHECK(fee.at(start + 100h, 0, max_usage, incremental) == FeeRate{Amount{8000}});
}

TEST_CASE("after a block the rolling fee halves every twelve hours, faster in an emptier pool",
          "[mempool]") {
    const auto after = [](std::chrono::seconds time, std::size_t usage) {
        mempool::RollingFee fee;
        fee.raise({Amount{8000}});
        fee.block(start);
        return fee.at(start + time, usage, max_usage, incremental).per_kvb.satoshis();
    };
    CHECK(after(10s, 0) == 8000);
    CHECK(after(12h, 1000) == 4000);
    CHECK(after(12h, 500) == 4000);
    CHECK(after(6h, 499) == 4000);
    CHECK(after(3h, 249) == 4000);
    CHECK(after(24h, 1000) == 2000);
    // Not below the incremental fee, and zero below half of it.
    CHECK(after(36h, 1000) == 1000);
    CHECK(after(40h, 1000) == 1000);
    CHECK(after(49h, 1000) == 0);
}
