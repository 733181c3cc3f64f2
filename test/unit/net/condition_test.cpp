#include <daler/net/condition.h>
#include <test.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

using namespace daler;
namespace asio = boost::asio;

namespace {

asio::awaitable<void> wait_for(net::Condition& condition, int& woken) {
    co_await condition.wait();
    ++woken;
}

}  // namespace

TEST_CASE("a notification wakes all waiters", "[net]") {
    asio::io_context io;
    net::Condition condition(io.get_executor());
    int woken = 0;
    for (int i = 0; i < 3; ++i)
        asio::co_spawn(io, wait_for(condition, woken), asio::detached);
    io.poll();
    CHECK(woken == 0);
    condition.notify();
    io.restart();
    io.poll();
    CHECK(woken == 3);
}

TEST_CASE("a waiter that is destroyed is forgotten, and may outlive its condition", "[net]") {
    auto io = std::make_unique<asio::io_context>();
    int woken = 0;
    SECTION("the waiter is destroyed first") {
        net::Condition condition(io->get_executor());
        asio::co_spawn(*io, wait_for(condition, woken), asio::detached);
        io->poll();
        io.reset();
        condition.notify();
    }
    SECTION("the condition is destroyed first") {
        auto condition = std::make_unique<net::Condition>(io->get_executor());
        asio::co_spawn(*io, wait_for(*condition, woken), asio::detached);
        io->poll();
        condition.reset();
        io->restart();
        io->poll();
        CHECK(woken == 1);
    }
}
