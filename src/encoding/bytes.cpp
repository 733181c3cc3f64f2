#include <daler/encoding/bytes.h>

namespace daler {

std::string_view describe(DecodeError error) {
    switch (error) {
        case DecodeError::none:
            return "no error";
        case DecodeError::truncated:
            return "the data ends too early";
        case DecodeError::trailing_bytes:
            return "there is data after the end";
        case DecodeError::non_canonical_size:
            return "a size is not in its shortest form";
        case DecodeError::too_large:
            return "a size is larger than allowed";
        case DecodeError::invalid:
            return "a value is invalid";
    }
    return "unknown error";
}

std::uint64_t ByteReader::compact_size_value() {
    const std::uint8_t first = u8();
    std::uint64_t value = first;
    std::uint64_t smallest = 0;
    if (first == 0xfd) {
        value = u16();
        smallest = 0xfd;
    } else if (first == 0xfe) {
        value = u32();
        smallest = 0x10000;
    } else if (first == 0xff) {
        value = u64();
        smallest = 0x100000000;
    }
    if (ok() && value < smallest) fail(DecodeError::non_canonical_size);
    return ok() ? value : 0;
}

std::uint64_t ByteReader::compact_size() {
    const auto value = compact_size_value();
    if (value > max_compact_size) fail(DecodeError::too_large);
    return ok() ? value : 0;
}

std::size_t ByteReader::count(std::size_t min_item_size) {
    const auto value = compact_size();
    if (value > rest_.size() / min_item_size) fail(DecodeError::truncated);
    return ok() ? static_cast<std::size_t>(value) : 0;
}

ByteSpan ByteReader::bytes(std::size_t size) {
    if (size > rest_.size()) {
        fail(DecodeError::truncated);
        return {};
    }
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
}

void ByteWriter::compact_size(std::uint64_t value) {
    if (value < 0xfd) {
        u8(static_cast<std::uint8_t>(value));
    } else if (value <= 0xffff) {
        u8(0xfd);
        u16(static_cast<std::uint16_t>(value));
    } else if (value <= 0xffffffff) {
        u8(0xfe);
        u32(static_cast<std::uint32_t>(value));
    } else {
        u8(0xff);
        u64(value);
    }
}

}  // namespace daler
