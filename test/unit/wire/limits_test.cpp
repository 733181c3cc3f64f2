#include <daler/wire/limits.h>
#include <daler/wire/messages.h>
#include <test.h>

using namespace daler;
using namespace daler::wire;

namespace {

/// The error of decoding `count` items of `size` zero bytes each, between `before` and `after`.
DecodeError error_of(std::string_view command, std::size_t count, std::size_t size,
                     std::size_t before = 0, std::size_t after = 0) {
    ByteWriter writer;
    writer.bytes(Bytes(before));
    writer.compact_size(count);
    writer.bytes(Bytes(count * size));
    writer.bytes(Bytes(after));
    const auto decoded = decode_message(command, writer.take());
    return decoded ? DecodeError::none : decoded.error();
}

}  // namespace

TEST_CASE("lists may be as long as their limits and not one item longer", "[wire][limits]") {
    struct Example {
        std::string_view command;
        std::size_t limit;
        std::size_t size;
        std::size_t before;
        std::size_t after;
    };
    const auto example = GENERATE(values<Example>({
        {"inv", limits::inventory_items, 36, 0, 0},
        {"getdata", limits::inventory_items, 36, 0, 0},
        {"notfound", limits::inventory_items, 36, 0, 0},
        {"headers", limits::headers, 81, 0, 0},
        {"getheaders", limits::locator_hashes, 32, 4, 32},
        {"getblocks", limits::locator_hashes, 32, 4, 32},
        {"addr", limits::addresses, 30, 0, 0},
    }));
    CAPTURE(example.command);
    CHECK(error_of(example.command, example.limit, example.size, example.before, example.after) ==
          DecodeError::none);
    CHECK(error_of(example.command, example.limit + 1, example.size, example.before,
                   example.after) == DecodeError::too_large);
}

TEST_CASE("addrv2 is bounded in its nodes and, for networks we know, in the bytes of an address",
          "[wire][limits]") {
    const auto message = [](std::size_t nodes, std::size_t length, std::uint8_t network = 99) {
        ByteWriter writer;
        writer.compact_size(nodes);
        for (std::size_t i = 0; i < nodes; ++i) {
            writer.u32(0);
            writer.compact_size(0);
            writer.u8(network);
            writer.sized_bytes(Bytes(length));
            writer.u16(0);
        }
        const auto decoded = decode_message("addrv2", writer.take());
        return decoded ? DecodeError::none : decoded.error();
    };
    CHECK(message(limits::addresses, 1) == DecodeError::none);
    CHECK(message(limits::addresses + 1, 1) == DecodeError::too_large);
    CHECK(message(1, limits::address_bytes + 1) ==
          DecodeError::none);  // left out: an unknown network
    CHECK(message(1, 100'000) == DecodeError::none);
    CHECK(message(1, limits::address_bytes, 1) == DecodeError::invalid);
    CHECK(message(1, limits::address_bytes + 1, 1) == DecodeError::too_large);
}

TEST_CASE("a user agent may be as long as its bound and not a byte longer", "[wire][limits]") {
    Version message;
    message.user_agent.assign(limits::user_agent_bytes, 'x');
    CHECK(decode_message("version", encode(message)));
    message.user_agent.push_back('x');
    CHECK(decode_message("version", encode(message)).error() == DecodeError::too_large);
}

TEST_CASE("no memory is allocated for a count that the payload cannot hold", "[wire][limits]") {
    ByteWriter writer;
    writer.compact_size(limits::inventory_items);
    CHECK(decode_message("inv", writer.take()).error() == DecodeError::truncated);
}
