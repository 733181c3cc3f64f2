#include <daler/wire/limits.h>
#include <daler/wire/message_header.h>
#include <test.h>

using namespace daler;
using namespace daler::wire;

namespace {

constexpr Magic magic{0xfa, 0xbf, 0xb5, 0xda};

std::array<std::uint8_t, MessageHeader::size> header_of(std::string_view command,
                                                        std::uint32_t size) {
    auto bytes = encode_message_header(magic, command, {});
    std::memcpy(bytes.data() + 16, &size, 4);
    return bytes;
}

}  // namespace

TEST_CASE("a message header is the same after encoding and decoding", "[wire]") {
    const Bytes payload{1, 2, 3};
    const auto bytes = encode_message_header(magic, "sendheaders", payload);
    const auto header = decode_message_header(bytes, magic);
    REQUIRE(header);
    CHECK(header->command == "sendheaders");
    CHECK(header->payload_size == 3);
    CHECK(header->checksum == checksum(payload));
}

TEST_CASE("an empty payload has the checksum 5df6e0e2", "[wire]") {
    CHECK(checksum({}) == Checksum{0x5d, 0xf6, 0xe0, 0xe2});
}

TEST_CASE("a command may fill all twelve bytes", "[wire]") {
    CHECK(decode_message_header(encode_message_header(magic, "abcdefghijkl", {}), magic)->command ==
          "abcdefghijkl");
}

TEST_CASE("another magic is an error", "[wire]") {
    const auto bytes = encode_message_header({1, 2, 3, 4}, "ping", {});
    CHECK(decode_message_header(bytes, magic).error() == HeaderError::wrong_magic);
}

TEST_CASE("a payload may be as large as its bound and not a byte larger", "[wire][limits]") {
    CHECK(decode_message_header(header_of("block", limits::message_bytes), magic));
    CHECK(decode_message_header(header_of("block", limits::message_bytes + 1), magic).error() ==
          HeaderError::too_large);
}

TEST_CASE("a command with anything but padded text is empty", "[wire]") {
    auto bytes = header_of("ping", 0);
    SECTION("a character after the padding") {
        bytes[10] = 'x';
    }
    SECTION("a control character") {
        bytes[5] = 7;
    }
    SECTION("a byte above ASCII") {
        bytes[4] = 0xc3;
    }
    CHECK(decode_message_header(bytes, magic)->command.empty());
}
