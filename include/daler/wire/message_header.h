#pragma once

#include <daler/encoding/bytes.h>

#include <string>

namespace daler::wire {

using Magic = std::array<std::uint8_t, 4>;
using Checksum = std::array<std::uint8_t, 4>;

/// The first bytes of every message.
struct MessageHeader {
    static constexpr std::size_t size = 24;
    static constexpr std::size_t command_size = 12;

    std::string command;  ///< empty if its bytes are not printable text padded with zeros
    std::uint32_t payload_size = 0;
    Checksum checksum{};
};

/// Errors after which the connection must be closed.
enum class HeaderError : std::uint8_t {
    none,
    wrong_magic,  ///< another chain, or not Bitcoin at all
    too_large,    ///< payload longer than limits::message_bytes
};

/// Reads a header. Allocates no memory for the payload.
[[nodiscard]] Result<MessageHeader, HeaderError> decode_message_header(
    std::span<const std::uint8_t, MessageHeader::size> bytes, const Magic& magic);

/// The first four bytes of the payload's double SHA-256.
[[nodiscard]] Checksum checksum(ByteSpan payload);

/// The header of a message with this payload. Requires: command has 1 to 12 characters, the payload
/// is within the limit.
[[nodiscard]] std::array<std::uint8_t, MessageHeader::size> encode_message_header(
    const Magic& magic, std::string_view command, ByteSpan payload);

}  // namespace daler::wire
