#include <daler/util/random.h>

#include <set>

#include <test.h>

using namespace daler;

TEST_CASE("the same seed gives the same numbers", "[util]") {
    Random a(7);
    Random b(7);
    for (int i = 0; i < 10; ++i)
        CHECK(a.next() == b.next());
}

TEST_CASE("below() stays below its limit", "[util]") {
    Random random(1);
    for (int i = 0; i < 100; ++i)
        CHECK(random.below(3) < 3);
    CHECK(random.below(1) == 0);
}

TEST_CASE("without a seed no two generators give the same numbers", "[util]") {
    Random a;
    Random b;
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 200; ++i) {
        seen.insert(a.next());
        seen.insert(b.next());
    }
    CHECK(seen.size() == 400);
}

TEST_CASE("secure random bytes differ from call to call", "[util]") {
    std::array<std::uint8_t, 32> a{};
    std::array<std::uint8_t, 32> b{};
    fill_secure_random(a);
    fill_secure_random(b);
    CHECK(a != b);
}
