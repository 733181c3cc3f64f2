#pragma once

#include <daler/encoding/bytes.h>

#include <boost/container/small_vector.hpp>

#include <algorithm>
#include <compare>

namespace daler {

/// The raw bytes of a script. Scripts of up to 36 bytes, such as those of usual outputs, are
/// stored inside the object. The script module interprets the bytes.
class Script {
public:
    static constexpr std::size_t inline_capacity = 36;

    Script() = default;
    // Pointers, because gcc 12 copies byte by byte through the iterators of a span.
    explicit Script(ByteSpan bytes) : bytes_(bytes.data(), bytes.data() + bytes.size()) {}

    [[nodiscard]] ByteSpan bytes() const { return {bytes_.data(), bytes_.size()}; }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] bool empty() const { return bytes_.empty(); }
    [[nodiscard]] std::uint8_t operator[](std::size_t i) const { return bytes_[i]; }
    void append(ByteSpan more) {
        bytes_.insert(bytes_.end(), more.data(), more.data() + more.size());
    }
    void append(std::uint8_t byte) { bytes_.push_back(byte); }
    void clear() { bytes_.clear(); }
    /// Bytes held outside the object.
    [[nodiscard]] std::size_t heap_usage() const {
        return bytes_.capacity() > inline_capacity ? bytes_.capacity() : 0;
    }

    bool operator==(const Script& other) const {
        return size() == other.size() &&
               std::equal(bytes_.data(), bytes_.data() + size(), other.bytes_.data());
    }
    auto operator<=>(const Script& other) const {
        return std::lexicographical_compare_three_way(bytes_.begin(), bytes_.end(),
                                                      other.bytes_.begin(), other.bytes_.end());
    }

private:
    boost::container::small_vector<std::uint8_t, inline_capacity> bytes_;
};

}  // namespace daler
