#pragma once

#include <daler/crypto/hash.h>

#include <array>

namespace daler::chain {

/// MuHash3072: a hash of a set that does not depend on the order of its elements. Each becomes a
/// number of 3072 bits (SHA-256, then the ChaCha20 keystream under it); they are multiplied modulo
/// 2^3072 - 1103717.
class MuHash {
public:
    MuHash() { number_[0] = 1; }

    void insert(ByteSpan element);
    /// SHA-256 of the product's 384 little-endian bytes.
    [[nodiscard]] crypto::Digest256 finish() const;

private:
    static constexpr std::size_t limbs = 48;
    using Number = std::array<std::uint64_t, limbs>;

    static Number number_of(ByteSpan element);
    void multiply(const Number& factor);

    Number number_{};  ///< least significant limb first; may be up to 2^3072 - 1
};

}  // namespace daler::chain
