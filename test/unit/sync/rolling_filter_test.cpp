#include <sync/rolling_filter.h>
#include <test.h>

using namespace daler;
using sync::RollingFilter;

namespace {

Bytes item(std::uint32_t number) {
    ByteWriter writer;
    writer.u32(number);
    return writer.take();
}

}  // namespace

TEST_CASE("a rolling filter remembers the most recent items and forgets old ones", "[sync]") {
    Random random(1);
    RollingFilter filter(200, random);
    for (std::uint32_t i = 0; i < 1000; ++i) {
        filter.insert(item(i));
        CHECK(filter.size() <= 200);
    }
    for (std::uint32_t i = 900; i < 1000; ++i)
        CHECK(filter.contains(item(i)));
    CHECK_FALSE(filter.contains(item(0)));
    CHECK_FALSE(filter.contains(item(799)));
    filter.clear();
    CHECK_FALSE(filter.contains(item(999)));
}
