#pragma once

#include <daler/util/result.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace daler {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;

/// The bytes of a text.
[[nodiscard]] inline ByteSpan as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The text made of these bytes.
[[nodiscard]] inline std::string_view as_text(ByteSpan bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Why bytes do not parse.
enum class DecodeError : std::uint8_t {
    none,
    truncated,           ///< fewer bytes than announced
    trailing_bytes,      ///< more bytes after the end
    non_canonical_size,  ///< a compact size in more bytes than it needs
    too_large,           ///< a size or count beyond what the format allows
    invalid,             ///< a value that the format does not define
};

/// One sentence about `error`, for messages and logs.
[[nodiscard]] std::string_view describe(DecodeError error);

/// The largest length that any Bitcoin format may announce: 32 MiB.
inline constexpr std::uint64_t max_compact_size = 0x02000000;

/// Reads little-endian data from untrusted bytes. The first error stays: later reads return zeros
/// or nothing, so a decoder checks once, at its end. Does not read past the end, and does not
/// return a count of more items than the remaining bytes can hold, so that callers may reserve
/// memory for it.
class ByteReader {
public:
    explicit ByteReader(ByteSpan bytes) : rest_(bytes) {}

    std::uint8_t u8() { return number<std::uint8_t>(); }
    std::uint16_t u16() { return number<std::uint16_t>(); }
    std::uint32_t u32() { return number<std::uint32_t>(); }
    std::uint64_t u64() { return number<std::uint64_t>(); }
    std::int32_t i32() { return static_cast<std::int32_t>(u32()); }
    std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
    /// Network byte order: ports.
    std::uint16_t u16_big_endian() {
        const auto value = u16();
        return static_cast<std::uint16_t>(value << 8 | value >> 8);
    }

    /// A compact size of any 64-bit value; must be in its shortest form.
    std::uint64_t compact_size_value();

    /// A compact size that announces a length or count: at most max_compact_size.
    std::uint64_t compact_size();

    /// A count of items of at least `min_item_size` bytes each, which must fit into the remaining
    /// bytes.
    std::size_t count(std::size_t min_item_size);

    /// The next `size` bytes, or none (and an error) if fewer remain.
    ByteSpan bytes(std::size_t size);

    /// Bytes after their compact size.
    ByteSpan sized_bytes() { return bytes(static_cast<std::size_t>(compact_size())); }

    template <std::size_t N>
    std::array<std::uint8_t, N> array() {
        std::array<std::uint8_t, N> out{};
        if (const auto from = bytes(N); from.size() == N) std::memcpy(out.data(), from.data(), N);
        return out;
    }

    /// The next byte, which stays unread; 0 at the end.
    [[nodiscard]] std::uint8_t peek() const { return rest_.empty() ? std::uint8_t{0} : rest_[0]; }

    [[nodiscard]] ByteSpan remaining() const { return rest_; }
    [[nodiscard]] bool ok() const { return error_ == DecodeError::none; }
    [[nodiscard]] DecodeError error() const { return error_; }

    /// Records `error`, unless there is one already.
    void fail(DecodeError error) {
        if (ok()) error_ = error;
        rest_ = {};
    }

    /// Call at the end of a message: an error if bytes are left over.
    [[nodiscard]] DecodeError finish() {
        if (ok() && !rest_.empty()) fail(DecodeError::trailing_bytes);
        return error_;
    }

private:
    template <class T>
    T number() {
        static_assert(std::endian::native == std::endian::little);
        T value{};
        if (rest_.size() < sizeof(T)) {
            fail(DecodeError::truncated);
            return value;
        }
        std::memcpy(&value, rest_.data(), sizeof(T));
        rest_ = rest_.subspan(sizeof(T));
        return value;
    }

    ByteSpan rest_;
    DecodeError error_ = DecodeError::none;
};

/// Appends little-endian data to a buffer.
class ByteWriter {
public:
    ByteWriter() = default;
    explicit ByteWriter(std::size_t expected_size) { out_.reserve(expected_size); }

    void u8(std::uint8_t value) { out_.push_back(value); }
    void u16(std::uint16_t value) { number(value); }
    void u32(std::uint32_t value) { number(value); }
    void u64(std::uint64_t value) { number(value); }
    void i32(std::int32_t value) { number(static_cast<std::uint32_t>(value)); }
    void i64(std::int64_t value) { number(static_cast<std::uint64_t>(value)); }
    void u16_big_endian(std::uint16_t value) {
        u8(static_cast<std::uint8_t>(value >> 8));
        u8(static_cast<std::uint8_t>(value));
    }
    void compact_size(std::uint64_t value);
    // Pointers, because gcc 12 copies byte by byte through the iterators of a span.
    void bytes(ByteSpan data) { out_.insert(out_.end(), data.data(), data.data() + data.size()); }
    void text(std::string_view data) { bytes(as_bytes(data)); }
    /// `data` after its compact size.
    void sized_bytes(ByteSpan data) {
        compact_size(data.size());
        bytes(data);
    }

    [[nodiscard]] std::size_t size() const { return out_.size(); }
    [[nodiscard]] const Bytes& view() const { return out_; }
    [[nodiscard]] Bytes take() { return std::move(out_); }
    /// Removes the contents and keeps the memory.
    void clear() { out_.clear(); }

private:
    template <class T>
    void number(T value) {
        static_assert(std::endian::native == std::endian::little);
        std::array<std::uint8_t, sizeof(T)> raw;
        std::memcpy(raw.data(), &value, sizeof(T));
        bytes(raw);
    }

    Bytes out_;
};

/// How many bytes `value` takes as a compact size: 1, 3, 5 or 9.
[[nodiscard]] constexpr std::size_t compact_size_length(std::uint64_t value) {
    return value < 0xfd ? 1 : value <= 0xffff ? 3 : value <= 0xffffffff ? 5 : 9;
}

}  // namespace daler
