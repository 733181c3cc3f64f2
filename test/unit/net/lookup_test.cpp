#include <net/lookup.h>
#include <test.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

using namespace daler;
namespace asio = boost::asio;

namespace {

struct Looked {
    bool is_done = false;
    std::size_t found = 0;
};

asio::awaitable<void> look(net::Lookup& lookup, Looked& out) {
    const auto endpoints = co_await lookup.run();
    out = {true, endpoints.size()};
}

}  // namespace

TEST_CASE("a numeric address needs no lookup, a name is resolved", "[net]") {
    const auto host =
        GENERATE(std::string("127.0.0.1"), std::string("::1"), std::string("localhost"));
    asio::io_context io;
    net::Lookup lookup(io.get_executor(), host, 18444);
    Looked looked;
    asio::co_spawn(io, look(lookup, looked), asio::detached);
    io.run();
    CHECK(looked.is_done);
    CHECK(looked.found >= 1);
}

TEST_CASE("a cancelled lookup ends at once", "[net]") {
    asio::io_context io;
    net::Lookup lookup(io.get_executor(), "no-such-host.invalid", 18444);
    Looked looked;
    asio::co_spawn(io, look(lookup, looked), asio::detached);
    asio::post(io, [&] { lookup.cancel(); });
    io.run();
    CHECK(looked.is_done);
    CHECK(looked.found == 0);
}

TEST_CASE("a lookup whose coroutine is destroyed does not use it", "[net]") {
    auto io = std::make_unique<asio::io_context>();
    auto lookup = std::make_unique<net::Lookup>(io->get_executor(), "localhost", 18444);
    Looked looked;
    asio::co_spawn(*io, look(*lookup, looked), asio::detached);
    io->run_one();  // it waits now, and the answer may come soon
    lookup.reset();
    io.reset();
    CHECK_FALSE(looked.is_done);
}
