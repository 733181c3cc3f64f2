#include <daler/util/ensure.h>
#include <daler/wire/limits.h>
#include <sync/address_book.h>

// A peers.dat that can be read is written and read again without change. After a random sequence of
// events the book is within its bounds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    using namespace daler::sync;
    Random random(1);
    AddressBook book(random);
    if (book.decode({data, size})) {
        const auto written = book.encode();
        ensure(book.decode(written) && book.encode() == written);
    }
    auto now = from_unix(1'700'000'000);
    ByteReader reader({data, size});
    while (!reader.remaining().empty()) {
        const auto event = reader.u8();
        wire::KnownNode node;
        node.last_seen = reader.u32();
        node.services = event;
        node.endpoint.host = wire::HostAddress::from_ipv6_bytes(reader.array<16>());
        node.endpoint.port = reader.u16();
        now += std::chrono::minutes(event);
        switch (event % 5) {
            case 0:
            case 1:
                book.add(node, wire::HostAddress::ipv4({event, 1, 1, 1}), now);
                break;
            case 2:
                book.tried(node.endpoint, now);
                break;
            case 3:
                book.worked(node.endpoint, node.services, now);
                break;
            case 4: {
                const auto chosen = book.choose({}, now);
                ensure(!chosen || chosen->host.is_routable());
                break;
            }
        }
    }
    ensure(book.size() <= wire::limits::address_book_entries);
    AddressBook copy(random);
    ensure(copy.decode(book.encode()) && copy.encode() == book.encode());
    return 0;
}
