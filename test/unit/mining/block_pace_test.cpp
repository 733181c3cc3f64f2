#include "fixture.h"

using namespace daler;
using namespace daler::test;
using namespace std::chrono_literals;

namespace {

constexpr BlockTime start = from_unix(1'800'000'000);

}  // namespace

TEST_CASE("without an interval blocks have the time at which they are mined", "[mining][pace]") {
    Clock clock;
    mining::BlockPace pace(clock, std::nullopt);
    CHECK_FALSE(pace.next());
    pace.reach(start);
    CHECK(clock.chain_offset() == 0s);
}

TEST_CASE("with an interval each block moves chain time, but never back", "[mining][pace]") {
    Clock clock;
    clock.set_mock_time(start);
    mining::BlockPace pace(clock, 600s);
    CHECK(pace.next() == start + 600s);
    CHECK(clock.chain_now() == start);
    pace.reach(start + 600s);
    CHECK(clock.chain_now() == start + 600s);
    CHECK(clock.now() == start);
    CHECK(pace.next() == start + 1200s);
    clock.set_chain_time(start + 5000s);
    pace.reach(start + 1200s);
    CHECK(clock.chain_now() == start + 5000s);
    CHECK(pace.next() == start + 1800s);
}

TEST_CASE("if chain time stands still each block adds a second", "[mining][pace]") {
    MiningFixture node;
    const BlockTime begin = node.clock.now();
    node.clock.stop_chain_time(begin);
    node.mine(3);
    CHECK(node.clock.chain_now() == begin + 3s);
    CHECK(node.clock.is_chain_time_stopped());
    const auto view = node.ledger.view();
    for (Height height = 1; height <= 3; ++height)
        CHECK(view->at(height)->header.block_time() == begin + height * 1s);
}
