#pragma once

#include <daler/crypto/hash.h>

#include <array>

namespace daler::coins {

/// MuHash3072: a hash of a set that does not depend on the order of its elements, and from which
/// elements can be removed again. Each becomes a number of 3072 bits (SHA-256, then the ChaCha20
/// keystream under it); they are multiplied modulo 2^3072 - 1103717, removed
/// ones in the denominator of a fraction.
class MuHash {
public:
    static constexpr std::size_t state_size = 384;
    using State = std::array<std::uint8_t, state_size>;

    MuHash() : numerator_(one()), denominator_(one()) {}
    /// The set that `state` was taken from.
    explicit MuHash(const State& state);

    void insert(ByteSpan element);
    /// Removes an element that was inserted. It may also be inserted later.
    void remove(ByteSpan element);
    /// The number, little-endian and less than the prime. Costs a
    /// millisecond if something was removed.
    [[nodiscard]] State state() const;
    /// SHA-256 of `state`.
    [[nodiscard]] crypto::Digest256 finish() const;

private:
    static constexpr std::size_t limbs = 48;
    /// Least significant limb first; may be up to 2^3072 - 1.
    using Number = std::array<std::uint64_t, limbs>;

    static Number one() { return {1}; }
    static Number number_of(ByteSpan element);
    static void multiply(Number& number, const Number& factor);
    static void reduce(Number& number);
    static Number inverse(Number number);

    Number numerator_;
    Number denominator_;
};

}  // namespace daler::coins
