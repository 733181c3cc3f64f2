#pragma once

#include <daler/encoding/bytes.h>

namespace daler::crypto {

/// 32 secret bytes in memory like that of SecretBytes, but many of them share a page, so that one
/// costs no more than other small objects. Wiped when it is destroyed. A copy has bytes of its own.
/// What was moved from can only be destroyed or assigned to. Any thread.
class SecretSlot {
public:
    static constexpr std::size_t size = 32;

    /// Zeros. Throws std::bad_alloc.
    SecretSlot();
    SecretSlot(const SecretSlot& other);
    SecretSlot(SecretSlot&& other) noexcept;
    SecretSlot& operator=(const SecretSlot& other);
    SecretSlot& operator=(SecretSlot&& other) noexcept;
    ~SecretSlot();

    [[nodiscard]] ByteSpan bytes() const;
    [[nodiscard]] std::span<std::uint8_t> bytes();

    /// Whether this thread has made or destroyed one since it last asked. Then parts of a secret
    /// may be in what functions have left on its stack; see wipe_stack.
    [[nodiscard]] static bool take_used();

private:
    std::uint8_t* data_;
};

}  // namespace daler::crypto
