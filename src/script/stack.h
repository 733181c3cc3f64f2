#pragma once

#include <daler/encoding/bytes.h>
#include <daler/script/script_number.h>
#include <daler/util/ensure.h>

#include <boost/container/small_vector.hpp>

#include <cstring>

namespace daler::script {

/// One value on the stack. Pushes are views of their script or witness, which must outlive the
/// stack. Results of opcodes have at most 32 bytes and are stored inside. So an element is cheap
/// to copy and does not allocate.
class Element {
public:
    Element() : size_(0) {}

    /// `bytes` must outlive the element and its copies.
    static Element view(ByteSpan bytes) {
        Element out;
        out.outside_ = bytes.data();
        out.size_ = bytes.size();
        return out;
    }
    static Element copy(ByteSpan bytes) {
        ensure(bytes.size() <= inside_capacity);
        Element out;
        std::memcpy(out.inside_, bytes.data(), bytes.size());
        out.size_ = bytes.size();
        return out;
    }
    static Element number(std::int64_t value) { return copy(encode_number(value).bytes()); }
    static Element boolean(bool value) { return value ? number(1) : Element(); }

    [[nodiscard]] ByteSpan bytes() const { return {outside_ ? outside_ : inside_, size_}; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool is_true() const { return script::is_true(bytes()); }

private:
    static constexpr std::size_t inside_capacity = 32;

    const std::uint8_t* outside_ = nullptr;
    std::size_t size_;
    std::uint8_t inside_[inside_capacity];
};

/// Usual scripts need only a few elements.
using Stack = boost::container::small_vector<Element, 8>;

}  // namespace daler::script
