#include <daler/util/published.h>
#include <test.h>

#include <thread>

using namespace daler;

TEST_CASE("a loaded object exists after its replacement", "[util]") {
    Published<const int> number;
    CHECK(number.load() == nullptr);
    number.store(std::make_shared<const int>(1));
    const auto first = number.load();
    CHECK(*number.exchange(std::make_shared<const int>(2)) == 1);
    CHECK(*first == 1);
    CHECK(*number.load() == 2);
}

TEST_CASE("readers see whole objects while others are published", "[util]") {
    Published<const std::pair<int, int>> twins;
    twins.store(std::make_shared<const std::pair<int, int>>(0, 0));
    std::thread writer([&] {
        for (int i = 1; i <= 10'000; ++i)
            twins.store(std::make_shared<const std::pair<int, int>>(i, i));
    });
    int last = 0;
    while (last < 10'000) {
        const auto seen = twins.load();
        REQUIRE(seen->first == seen->second);
        REQUIRE(seen->first >= last);
        last = seen->first;
    }
    writer.join();
}
