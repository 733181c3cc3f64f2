#include <daler/util/thread_pool.h>

#include <test.h>

#include <atomic>

using namespace daler;

TEST_CASE("for_each runs every index once and waits for all", "[util]") {
    const auto threads = GENERATE(as<std::size_t>{}, 0, 1, 4);
    ThreadPool pool(threads);
    std::vector<std::atomic<int>> seen(1000);
    pool.for_each(seen.size(), [&](std::size_t i) { ++seen[i]; });
    CHECK(std::all_of(seen.begin(), seen.end(), [](const auto& n) { return n == 1; }));
}

TEST_CASE("a pool finishes its queue before it ends", "[util]") {
    std::atomic<int> done{0};
    {
        ThreadPool pool(2);
        for (int i = 0; i < 100; ++i)
            pool.run([&] { ++done; });
    }
    CHECK(done == 100);
}
