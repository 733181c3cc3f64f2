#include <daler/wire/message_header.h>

#include <daler/crypto/hash.h>
#include <daler/util/ensure.h>
#include <daler/wire/limits.h>

namespace daler::wire {
namespace {

/// Printable characters, then zeros to the end; anything else is not a command.
std::string read_command(ByteSpan bytes) {
    std::string command;
    bool ended = false;
    for (const std::uint8_t byte : bytes)
        if (byte == 0)
            ended = true;
        else if (ended || byte < 0x20 || byte > 0x7e)
            return {};
        else
            command.push_back(static_cast<char>(byte));
    return command;
}

}  // namespace

Result<MessageHeader, HeaderError> decode_message_header(
    std::span<const std::uint8_t, MessageHeader::size> bytes, const Magic& magic) {
    ByteReader reader(bytes);
    if (reader.array<4>() != magic) return fail(HeaderError::wrong_magic);
    MessageHeader header;
    header.command = read_command(reader.bytes(MessageHeader::command_size));
    header.payload_size = reader.u32();
    header.checksum = reader.array<4>();
    if (header.payload_size > limits::message_bytes) return fail(HeaderError::too_large);
    return header;
}

Checksum checksum(ByteSpan payload) {
    const auto digest = crypto::sha256d(payload);
    return {digest[0], digest[1], digest[2], digest[3]};
}

std::array<std::uint8_t, MessageHeader::size> encode_message_header(const Magic& magic,
                                                                    std::string_view command,
                                                                    ByteSpan payload) {
    ensure(!command.empty() && command.size() <= MessageHeader::command_size);
    ensure(payload.size() <= limits::message_bytes);
    ByteWriter writer(MessageHeader::size);
    writer.bytes(magic);
    writer.text(command);
    for (std::size_t i = command.size(); i < MessageHeader::command_size; ++i)
        writer.u8(0);
    writer.u32(static_cast<std::uint32_t>(payload.size()));
    writer.bytes(checksum(payload));
    std::array<std::uint8_t, MessageHeader::size> out;
    std::ranges::copy(writer.view(), out.begin());
    return out;
}

}  // namespace daler::wire
