#include "http/work_queue.h"

#include <test.h>

#include <future>
#include <latch>

using namespace daler::http;

TEST_CASE("while handlers wait, others run in their place", "[http]") {
    constexpr std::size_t threads = 2, depth = 3;
    std::promise<void> answer;
    const auto answered = answer.get_future().share();
    std::latch all_wait(threads + depth), others(threads);
    std::atomic<int> at_once{0}, most{0};
    WorkQueue queue(threads, depth);
    for (std::size_t i = 0; i < threads + depth; ++i) {
        const auto begun = std::make_shared<std::promise<bool>>();
        REQUIRE(queue.try_run([&, begun] {
            begun->set_value(queue.begin());
            all_wait.count_down();
            answered.wait();
            queue.end();
        }));
        CHECK(begun->get_future().get());
    }
    all_wait.wait();
    // No more jobs may wait, but running ones have a thread.
    const auto refused = std::make_shared<std::promise<bool>>();
    REQUIRE(queue.try_run([&, refused] { refused->set_value(!queue.begin()); }));
    CHECK(refused->get_future().get());
    for (std::size_t i = 0; i < threads; ++i) {
        REQUIRE(queue.try_run([&] {
            const int now = ++at_once;
            for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);)
                continue;
            others.arrive_and_wait();
            --at_once;
        }));
    }
    others.wait();
    CHECK(most == static_cast<int>(threads));
    answer.set_value();
}
