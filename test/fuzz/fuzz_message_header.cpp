#include <daler/util/ensure.h>
#include <daler/wire/limits.h>
#include <daler/wire/message_header.h>

// An accepted header is within bounds, and its magic, command and size are encoded to the same
// bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler::wire;
    if (size < MessageHeader::size) return 0;
    const std::span<const std::uint8_t, MessageHeader::size> bytes(data, MessageHeader::size);
    const Magic magic{bytes[0], bytes[1], bytes[2], bytes[3]};
    const auto header = decode_message_header(bytes, magic);
    if (!header) return 0;
    daler::ensure(header->payload_size <= limits::message_bytes);
    daler::ensure(header->command.size() <= MessageHeader::command_size);
    const daler::ByteSpan payload(data + MessageHeader::size, size - MessageHeader::size);
    if (header->command.empty() || payload.size() > limits::message_bytes) return 0;
    const auto written = encode_message_header(magic, header->command, payload);
    daler::ensure(std::ranges::equal(daler::ByteSpan(written).first(16), bytes.first(16)));
    daler::ensure(decode_message_header(written, magic)->checksum == checksum(payload));
    return 0;
}
