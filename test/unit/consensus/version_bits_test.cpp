#include <daler/consensus/version_bits.h>
#include <daler/primitives/chain_params.h>

#include "header_list.h"

#include <test.h>

using namespace daler;
using namespace daler::consensus;

namespace {

constexpr std::int32_t silent = 0x20000000;
constexpr std::int32_t signalling = silent | 1 << 28;
constexpr Height window = 144;

const ChainParams regtest = regtest_params();

// Window starts at 600'000, ten minutes a block.
constexpr std::int64_t time_at(Height height) {
    return 600'000 + 600 * std::int64_t{height};
}

VersionBitsDeployment deployment(std::int64_t start, std::int64_t timeout, Height min_height = 0) {
    return {"dummy", 28, start, timeout, min_height};
}

void add_window(test::HeaderList& chain, Height signals) {
    for (Height i = 0; i < window; ++i) {
        chain.grow(600);
        chain.back().version = i < signals ? signalling : silent;
    }
}

// A chain whose tip ends the first window.
test::HeaderList first_window() {
    return test::steady_chain(window, 0x207fffff, silent);
}

DeploymentState state(const test::HeaderList& chain, const VersionBitsDeployment& which) {
    DeploymentCache cache;
    return deployment_state(chain, which, regtest, cache);
}

}  // namespace

TEST_CASE("a deployment starts, locks in and becomes active window by window",
          "[consensus][bip9]") {
    const auto which = deployment(0, INT64_MAX);
    test::HeaderList chain(first_window().header(0));
    CHECK(state(chain, which) == DeploymentState::defined);
    chain = first_window();
    CHECK(state(chain, which) == DeploymentState::started);
    add_window(chain, 107);
    CHECK(state(chain, which) == DeploymentState::started);
    add_window(chain, 108);
    CHECK(state(chain, which) == DeploymentState::locked_in);
    add_window(chain, 0);
    CHECK(state(chain, which) == DeploymentState::active);
    add_window(chain, 0);
    CHECK(state(chain, which) == DeploymentState::active);

    DeploymentCache cache;
    CHECK(deployment_since(chain, which, regtest, cache) == 4 * window);
    chain.grow(600);
    CHECK(deployment_since(chain, which, regtest, cache) == 4 * window);
}

TEST_CASE("a deployment starts when the median time reaches the start", "[consensus][bip9]") {
    const auto chain = first_window();
    const auto median = unix_seconds(chain.median_time_past(window - 1));
    CHECK(state(chain, deployment(median, INT64_MAX)) == DeploymentState::started);
    CHECK(state(chain, deployment(median + 1, INT64_MAX)) == DeploymentState::defined);
}

TEST_CASE("a deployment fails at its timeout unless this window reached the threshold",
          "[consensus][bip9]") {
    auto chain = first_window();
    const auto which = deployment(0, time_at(2 * window - 6));
    auto enough = chain;
    add_window(enough, 108);
    CHECK(state(enough, which) == DeploymentState::locked_in);
    add_window(chain, 107);
    CHECK(state(chain, which) == DeploymentState::failed);
    add_window(chain, 144);
    CHECK(state(chain, which) == DeploymentState::failed);
}

TEST_CASE("activation waits for its height", "[consensus][bip9]") {
    const auto which = deployment(0, INT64_MAX, 3 * window + 1);
    auto chain = first_window();
    add_window(chain, 144);
    CHECK(state(chain, which) == DeploymentState::locked_in);
    add_window(chain, 0);
    CHECK(state(chain, which) == DeploymentState::locked_in);
    add_window(chain, 0);
    CHECK(state(chain, which) == DeploymentState::active);
}

TEST_CASE("some deployments are always or never active", "[consensus][bip9]") {
    const auto chain = first_window();
    CHECK(state(chain, deployment(VersionBitsDeployment::always_active, 0)) ==
          DeploymentState::active);
    CHECK(state(chain, deployment(VersionBitsDeployment::never_active, 0)) ==
          DeploymentState::failed);
    DeploymentCache cache;
    CHECK(deployment_since(chain, deployment(VersionBitsDeployment::always_active, 0), regtest,
                           cache) == 0);
}

TEST_CASE("a cache changes the cost and not the answer, also across reorganisations",
          "[consensus][bip9]") {
    const auto which = deployment(0, INT64_MAX);
    DeploymentCache cache;
    auto with = first_window();
    auto without = first_window();
    for (int i = 0; i < 4; ++i) {
        add_window(with, 120);
        add_window(without, i);
        CHECK(deployment_state(with, which, regtest, cache) == state(with, which));
        CHECK(deployment_state(without, which, regtest, cache) == state(without, which));
    }
    CHECK(state(with, which) == DeploymentState::active);
    CHECK(state(without, which) == DeploymentState::started);
}

TEST_CASE("statistics count the signals of the window so far", "[consensus][bip9]") {
    auto chain = first_window();
    for (int i = 0; i < 40; ++i) {
        chain.grow(600);
        chain.back().version = i < 3 ? signalling : i < 5 ? signalling | 1 << 30 : silent;
    }
    const auto which = deployment(0, INT64_MAX);
    const auto statistics = deployment_statistics(chain, which, regtest);
    CHECK(statistics.period == 144);
    CHECK(statistics.threshold == 108);
    CHECK(statistics.elapsed == 40);
    // A version with other top bits is not a bit field.
    CHECK(statistics.count == 3);
    CHECK(statistics.signalling.size() == 40);
    CHECK(statistics.possible == false);
    const auto full = deployment_statistics(first_window(), which, regtest);
    CHECK(full.elapsed == 144);
    CHECK(full.count == 0);
}

TEST_CASE("blocks signal what is started or locked in", "[consensus][bip9]") {
    std::vector<DeploymentCache> caches;
    auto chain = first_window();
    CHECK(block_version(chain, regtest, caches) == signalling);
    CHECK(block_version(test::HeaderList(chain.header(0)), regtest, caches) == silent);
    add_window(chain, 120);
    CHECK(block_version(chain, regtest, caches) == signalling);
    add_window(chain, 120);
    CHECK(block_version(chain, regtest, caches) == silent);
    CHECK(block_version(chain, main_params(), caches = {}) == silent);
}
