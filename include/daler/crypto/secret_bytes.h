#pragma once

#include <daler/encoding/bytes.h>

namespace daler::crypto {

/// Secret bytes in pages of their own, which are not swapped out (as far as the system allows that)
/// and not part of a core dump. Wiped when they are destroyed. Moves; is not copied by accident.
class SecretBytes {
public:
    SecretBytes() = default;
    /// `size` zeros. Throws std::bad_alloc.
    explicit SecretBytes(std::size_t size);
    /// A copy of `bytes`.
    explicit SecretBytes(ByteSpan bytes);
    SecretBytes(SecretBytes&& other) noexcept;
    SecretBytes& operator=(SecretBytes&& other) noexcept;
    ~SecretBytes();

    [[nodiscard]] ByteSpan bytes() const { return {data_, size_}; }
    [[nodiscard]] std::span<std::uint8_t> bytes() { return {data_, size_}; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    /// Wipes what is behind the first `size` bytes. Requires: not more than there are.
    void shorten(std::size_t size);

private:
    void release();

    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t mapped_ = 0;
};

}  // namespace daler::crypto
