#include "ledger/job_queues.h"

#include <test.h>

using namespace daler;

namespace {

std::string taken(ledger::JobQueues<char>& queues) {
    std::string order;
    while (!queues.empty())
        order += queues.take();
    return order;
}

}  // namespace

TEST_CASE("a call waits for one job of the network, not for all of them", "[ledger]") {
    ledger::JobQueues<char> queues;
    for (const char job : {'1', '2', '3'})
        queues.push_other(job);
    queues.push_call('a');
    queues.push_call('b');
    CHECK(taken(queues) == "a1b23");
}

TEST_CASE("callers that call again at once do not delay the network", "[ledger]") {
    ledger::JobQueues<char> queues;
    queues.push_call('a');
    CHECK(queues.take() == 'a');
    queues.push_other('1');
    queues.push_call('b');
    queues.push_other('2');
    queues.push_call('c');
    CHECK(taken(queues) == "1b2c");
}

TEST_CASE("while a thread holds the ledger, only its calls are taken", "[ledger]") {
    ledger::JobQueues<char> queues;
    queues.push_call('a');
    queues.push_other('1');
    queues.hold(std::this_thread::get_id());
    CHECK(queues.empty());
    queues.push_other('2');
    queues.push_call('h');
    queues.push_call('i');
    CHECK(taken(queues) == "hi");
    std::thread([&] { queues.push_call('b'); }).join();
    CHECK(queues.empty());
    queues.release();
    CHECK(taken(queues) == "a1b2");
}
