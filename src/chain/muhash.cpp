#include "muhash.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace daler::chain {
namespace {

// __extension__: gcc and clang both have 128-bit integers, which pedantic mode would report.
__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t prime_difference = 1'103'717;  // 2^3072 minus the prime

using Block = std::array<std::uint32_t, 16>;

void quarter_round(Block& x, std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
    x[a] += x[b];
    x[d] = std::rotl(x[d] ^ x[a], 16);
    x[c] += x[d];
    x[b] = std::rotl(x[b] ^ x[c], 12);
    x[a] += x[b];
    x[d] = std::rotl(x[d] ^ x[a], 8);
    x[c] += x[d];
    x[b] = std::rotl(x[b] ^ x[c], 7);
}

/// One block of the ChaCha20 keystream with a zero nonce (RFC 8439).
Block chacha20_block(const crypto::Digest256& key, std::uint32_t counter) {
    Block input{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    std::memcpy(input.data() + 4, key.data(), key.size());
    input[12] = counter;
    Block x = input;
    for (int round = 0; round < 10; ++round) {
        quarter_round(x, 0, 4, 8, 12);
        quarter_round(x, 1, 5, 9, 13);
        quarter_round(x, 2, 6, 10, 14);
        quarter_round(x, 3, 7, 11, 15);
        quarter_round(x, 0, 5, 10, 15);
        quarter_round(x, 1, 6, 11, 12);
        quarter_round(x, 2, 7, 8, 13);
        quarter_round(x, 3, 4, 9, 14);
    }
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] += input[i];
    return x;
}

}  // namespace

MuHash::Number MuHash::number_of(ByteSpan element) {
    const auto key = crypto::sha256(element);
    Number number;
    constexpr std::size_t blocks = sizeof(Number) / sizeof(Block);
    for (std::uint32_t i = 0; i < blocks; ++i) {
        const auto block = chacha20_block(key, i);
        std::memcpy(reinterpret_cast<std::uint8_t*>(number.data()) + i * sizeof block, block.data(),
                    sizeof block);
    }
    return number;
}

void MuHash::insert(ByteSpan element) {
    multiply(number_of(element));
}

void MuHash::multiply(const Number& factor) {
    std::array<std::uint64_t, 2 * limbs> product{};
    for (std::size_t i = 0; i < limbs; ++i) {
        std::uint64_t carry = 0;
        for (std::size_t k = 0; k < limbs; ++k) {
            const Wide sum = Wide{number_[i]} * factor[k] + product[i + k] + carry;
            product[i + k] = static_cast<std::uint64_t>(sum);
            carry = static_cast<std::uint64_t>(sum >> 64);
        }
        product[i + limbs] = carry;
    }
    // 2^3072 is prime_difference modulo the prime: fold the upper half onto the lower.
    Wide carry = 0;
    for (std::size_t i = 0; i < limbs; ++i) {
        carry += Wide{product[i + limbs]} * prime_difference + product[i];
        number_[i] = static_cast<std::uint64_t>(carry);
        carry >>= 64;
    }
    // What is left over has some 21 bits; folding it can leave one more bit at most.
    while (carry != 0) {
        carry *= prime_difference;
        for (std::size_t i = 0; i < limbs && carry != 0; ++i) {
            carry += number_[i];
            number_[i] = static_cast<std::uint64_t>(carry);
            carry >>= 64;
        }
    }
}

crypto::Digest256 MuHash::finish() const {
    Number reduced = number_;
    const bool above_prime =
        std::all_of(
            reduced.begin() + 1, reduced.end(),
            [](std::uint64_t limb) { return limb == std::numeric_limits<std::uint64_t>::max(); }) &&
        reduced[0] >= std::uint64_t{0} - prime_difference;
    if (above_prime) {
        reduced.fill(0);
        reduced[0] = number_[0] + prime_difference;
    }
    return crypto::sha256({reinterpret_cast<const std::uint8_t*>(reduced.data()), sizeof reduced});
}

}  // namespace daler::chain
