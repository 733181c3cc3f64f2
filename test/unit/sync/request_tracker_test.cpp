#include <sync/request_tracker.h>
#include <test.h>

#include "start.h"

using namespace daler;
using namespace daler::sync;
using namespace daler::sync::test;
using namespace std::chrono_literals;
namespace limits = wire::limits;

namespace {

TxIdentifier tx(std::uint32_t number) {
    TxIdentifier id;
    std::memcpy(id.hash.bytes.data(), &number, sizeof number);
    return id;
}

struct Tracker {
    Random random{7};
    RequestTracker requests{random};

    /// The peer from 0 to 9 that would be asked now; -1 for none.
    PeerId asked(Time now) {
        for (PeerId peer = 0; peer < 10; ++peer)
            if (!requests.take_requests(peer, now).empty()) return peer;
        return -1;
    }
    RequestTracker* operator->() { return &requests; }
};

}  // namespace

TEST_CASE("a transaction is requested from one peer, and after the timeout from the next",
          "[sync]") {
    Tracker tracker;
    for (PeerId peer = 0; peer < 3; ++peer)
        tracker->announced(peer, tx(1), false, start);
    const auto first = tracker.asked(start);
    REQUIRE(first >= 0);
    CHECK(tracker->is_requested_from(first, tx(1).hash));
    CHECK(tracker.asked(start) == -1);
    CHECK(tracker.asked(start + limits::request_timeout - 1ms) == -1);
    const auto second = tracker.asked(start + limits::request_timeout);
    REQUIRE(second >= 0);
    CHECK(second != first);
    const auto third = tracker.asked(start + 2 * limits::request_timeout);
    CHECK(third == 3 - first - second);
    CHECK(tracker.asked(start + 3 * limits::request_timeout) == -1);
    CHECK(tracker->size() == 0);
    tracker->check();
}

TEST_CASE("preferred peers are asked first, delayed ones not before their time", "[sync]") {
    Tracker tracker;
    tracker->announced(1, tx(1), false, start + 2s);
    tracker->announced(2, tx(1), false, start + 2s);
    tracker->announced(3, tx(1), true, start + 2s);
    CHECK(tracker.asked(start + 2s - 1ms) == -1);
    CHECK(tracker.asked(start + 2s) == 3);
}

TEST_CASE("after an answer without the transaction the next peer is asked at once", "[sync]") {
    Tracker tracker;
    tracker->announced(1, tx(1), true, start);
    tracker->announced(2, tx(1), false, start);
    CHECK(tracker.asked(start) == 1);
    tracker->answered(1, tx(1).hash, start);
    CHECK(tracker.asked(start) == 2);
    tracker->answered(2, tx(1).hash, start);
    CHECK(tracker->size() == 0);
}

TEST_CASE("a transaction requested from a peer that disconnects is requested from another",
          "[sync]") {
    Tracker tracker;
    tracker->announced(1, tx(1), true, start);
    tracker->announced(2, tx(1), false, start);
    CHECK(tracker.asked(start) == 1);
    tracker->peer_gone(1, start);
    tracker->check();
    CHECK(tracker.asked(start) == 2);
}

TEST_CASE("a forgotten transaction is not requested", "[sync]") {
    Tracker tracker;
    tracker->announced(1, tx(1), true, start);
    tracker->forget(tx(1).hash);
    CHECK(tracker.asked(start) == -1);
    CHECK(tracker->size() == 0);
}

TEST_CASE("a peer may have a bounded number of announcements open and not one more",
          "[sync][limits]") {
    Tracker tracker;
    for (std::uint32_t i = 0; i < limits::announcements; ++i)
        tracker->announced(1, tx(i), false, start);
    CHECK(tracker->announcements(1) == limits::announcements);
    tracker->announced(1, tx(limits::announcements), false, start);
    CHECK(tracker->announcements(1) == limits::announcements);
    tracker->announced(2, tx(limits::announcements), false, start);
    CHECK(tracker->announcements(2) == 1);
    tracker->check();
}

TEST_CASE("a peer that is free of the bound may have more", "[sync][limits]") {
    Tracker tracker;
    for (std::uint32_t i = 0; i <= limits::announcements; ++i)
        tracker->announced(1, tx(i), false, start, RequestTracker::Bound::none);
    CHECK(tracker->announcements(1) == limits::announcements + 1);
    tracker->check();
}

TEST_CASE("a peer is asked for a bounded number of transactions in one message", "[sync][limits]") {
    Tracker tracker;
    for (std::uint32_t i = 0; i <= limits::transactions_per_getdata; ++i)
        tracker->announced(1, tx(i), false, start);
    CHECK(tracker->take_requests(1, start).size() == limits::transactions_per_getdata);
    CHECK(tracker->in_flight(1) == limits::transactions_per_getdata);
    CHECK(tracker->take_requests(1, start).size() == 1);
    CHECK(tracker->take_requests(1, start).empty());
    tracker->check();
}

TEST_CASE("the tracker's counts agree with its items after random steps", "[sync]") {
    Tracker tracker;
    Random random(99);
    auto now = start;
    for (int step = 0; step < 5'000; ++step) {
        const auto peer = static_cast<PeerId>(random.below(6));
        const auto id = tx(static_cast<std::uint32_t>(random.below(40)));
        now += std::chrono::milliseconds(random.below(3'000));
        switch (random.below(6)) {
            case 0:
            case 1:
                tracker->announced(peer, id, random.below(2) == 0,
                                   now + std::chrono::milliseconds(random.below(4'000)));
                break;
            case 2:
                (void)tracker->take_requests(peer, now);
                break;
            case 3:
                tracker->answered(peer, id.hash, now);
                break;
            case 4:
                tracker->forget(id.hash);
                break;
            case 5:
                if (random.below(10) == 0) tracker->peer_gone(peer, now);
                break;
        }
        if (step % 50 == 0) tracker->check();
    }
    tracker->check();
}
