#include <daler/crypto/hash.h>
#include <daler/wire/limits.h>
#include <sync/address_book.h>
#include <set>

#include <test.h>

using namespace daler;
using namespace daler::sync;
using namespace std::chrono_literals;
using wire::HostAddress;
using wire::KnownNode;
namespace limits = wire::limits;

namespace {

const auto now = from_unix(1'700'000'000);

std::uint8_t byte(int value) {
    return static_cast<std::uint8_t>(value);
}

KnownNode node(int a, int b, int c, int d) {
    return {1'699'999'000, 9, {HostAddress::ipv4({byte(a), byte(b), byte(c), byte(d)}), 8333}};
}

HostAddress source(int a, int b = 1) {
    return HostAddress::ipv4({byte(a), byte(b), 1, 1});
}

}  // namespace

TEST_CASE("only addresses that can be reached over the internet are kept", "[sync]") {
    Random random(1);
    AddressBook book(random);
    CHECK(book.add(node(1, 2, 3, 4), source(9), now));
    CHECK_FALSE(book.add(node(1, 2, 3, 4), source(8), now));
    CHECK_FALSE(book.add(node(127, 0, 0, 1), source(9), now));
    CHECK_FALSE(book.add(node(192, 168, 0, 1), source(9), now));
    auto without_port = node(1, 2, 3, 5);
    without_port.endpoint.port = 0;
    CHECK_FALSE(book.add(without_port, source(9), now));
    CHECK(book.size() == 1);
}

TEST_CASE("the entries of one group and of one source are bounded", "[sync][limits]") {
    constexpr int per_group = limits::address_book_per_group;
    constexpr int per_source = limits::address_book_per_source;
    Random random(1);
    AddressBook book(random);
    for (int i = 0; i <= per_group; ++i)
        CHECK(book.add(node(5, 5, 1, i), source(11 + i), now) == (i < per_group));
    for (int i = 0; i <= per_source; ++i)
        CHECK(book.add(node(20, i % 256, 1, i / 256 + 1), source(9), now) == (i < per_source));
}

TEST_CASE("a full book replaces untried entries by new ones", "[sync][limits]") {
    Random random(1);
    AddressBook book(random);
    for (int i = 0; i < 5'000; ++i)
        book.add(node(20 + i / 250, i % 250, 1, 1), source(60 + i / 250, i % 2), now);
    CHECK(book.size() == limits::address_book_entries);
    CHECK(book.add(node(150, 1, 1, 1), source(150), now));
    CHECK(book.size() == limits::address_book_entries);
}

TEST_CASE("the book chooses entries that were not tried lately and are in unused groups",
          "[sync]") {
    Random random(1);
    AddressBook book(random);
    CHECK_FALSE(book.choose({}, now));
    book.add(node(1, 2, 3, 4), source(9), now);
    const auto endpoint = node(1, 2, 3, 4).endpoint;
    CHECK(book.choose({}, now) == endpoint);
    CHECK_FALSE(book.choose({endpoint.host.group()}, now));
    book.tried(endpoint, now);
    CHECK_FALSE(book.choose({}, now + 10min - 1s));
    CHECK(book.choose({}, now + 10min) == endpoint);
}

TEST_CASE("getaddr is answered with a bounded share of the book", "[sync][limits]") {
    Random random(1);
    AddressBook book(random);
    for (int i = 0; i < 200; ++i)
        book.add(node(30, i, 1, 1), source(9), now);
    CHECK(book.sample(limits::addresses, now).size() == 200 * limits::getaddr_percent / 100);
    CHECK(book.sample(10, now).size() == 10);
}

TEST_CASE("the book is the same after peers.dat was written and read", "[sync]") {
    Random random(1);
    AddressBook book(random);
    for (int i = 0; i < 50; ++i)
        book.add(node(30, i, 1, 1), source(9), now);
    book.worked(node(30, 7, 1, 1).endpoint, 1033, now);
    const auto bytes = book.encode();
    AddressBook other(random);
    REQUIRE(other.decode(bytes));
    CHECK(other.encode() == bytes);
}

TEST_CASE("the first version of peers.dat, without the senders of addresses, is read", "[sync]") {
    const auto known = node(1, 2, 3, 4);
    ByteWriter writer;
    writer.text("daler peers 1\n");
    writer.compact_size(1);
    writer.u8(1);  // IPv4
    writer.sized_bytes(known.endpoint.host.bytes());
    writer.u16(known.endpoint.port);
    writer.u64(known.services);
    writer.u32(known.last_seen);
    writer.sized_bytes(as_bytes("a group"));
    writer.i64(unix_seconds(now));
    writer.i64(unix_seconds(now));
    writer.u32(0);
    writer.u32(crypto::crc32c(writer.view()));

    Random random(1);
    AddressBook book(random);
    REQUIRE(book.decode(writer.view()));
    const auto all = book.all(now);
    REQUIRE(all.size() == 1);
    CHECK(all[0].node.endpoint == known.endpoint);
    CHECK(all[0].node.services == known.services);
}

TEST_CASE("a damaged peers.dat is refused and changes nothing", "[sync]") {
    Random random(1);
    AddressBook book(random);
    book.add(node(1, 2, 3, 4), source(9), now);
    const auto bytes = book.encode();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto damaged = bytes;
        damaged[i] ^= 0x10;
        CHECK_FALSE(book.decode(damaged));
        CHECK_FALSE(book.decode(ByteSpan(bytes).first(i)));
    }
    CHECK(book.size() == 1);
}

TEST_CASE("a time in the future counts as now", "[sync]") {
    Random random(1);
    AddressBook book(random);
    for (int i = 0; i < 10; ++i) {
        auto each = node(30, i, 1, 1);
        each.last_seen = 0xffffffff;
        book.add(each, source(9), now);
    }
    const auto sample = book.sample(10, now);
    REQUIRE(sample.size() == 2);
    for (const auto& each : sample)
        CHECK(each.last_seen == 1'700'000'000);
}

TEST_CASE("the time of an entry is updated when a connection ends, not while it is open",
          "[sync]") {
    Random random(1);
    AddressBook book(random);
    for (int i = 0; i < 10; ++i)
        book.add(node(30, i, 1, 1), source(9), now - 1h);
    const auto times = [&] {
        std::set<std::uint32_t> out;
        for (int round = 0; round < 50; ++round)
            for (const auto& each : book.sample(10, now))
                out.insert(each.last_seen);
        return out;
    };
    const auto before = times();
    for (int i = 0; i < 10; ++i)
        book.worked(node(30, i, 1, 1).endpoint, 9, now);
    CHECK(times() == before);
    for (int i = 0; i < 10; ++i)
        book.was_connected(node(30, i, 1, 1).endpoint, now);
    CHECK(times() == std::set{static_cast<std::uint32_t>(unix_seconds(now))});
}
