#include <daler/coins/muhash.h>

#include <daler/util/ensure.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace daler::coins {
namespace {

// __extension__: gcc and clang both have 128-bit integers, which pedantic mode would report.
__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t prime_difference = 1'103'717;  // 2^3072 minus the prime
constexpr auto all_ones = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t lowest_limb = std::uint64_t{0} - prime_difference;  // of the prime

using ChaChaBlock = std::array<std::uint32_t, 16>;

void quarter_round(ChaChaBlock& x, std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
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
ChaChaBlock chacha20_block(const crypto::Digest256& key, std::uint32_t counter) {
    ChaChaBlock input{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    std::memcpy(input.data() + 4, key.data(), key.size());
    input[12] = counter;
    ChaChaBlock x = input;
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
    constexpr std::size_t blocks = sizeof(Number) / sizeof(ChaChaBlock);
    for (std::uint32_t i = 0; i < blocks; ++i) {
        const auto block = chacha20_block(key, i);
        std::memcpy(reinterpret_cast<std::uint8_t*>(number.data()) + i * sizeof block, block.data(),
                    sizeof block);
    }
    return number;
}

MuHash::MuHash(const State& state) : MuHash() {
    std::memcpy(numerator_.data(), state.data(), state.size());
}

void MuHash::insert(ByteSpan element) {
    multiply(numerator_, number_of(element));
}

void MuHash::remove(ByteSpan element) {
    multiply(denominator_, number_of(element));
}

void MuHash::multiply(Number& number, const Number& factor) {
    std::array<std::uint64_t, 2 * limbs> product{};
    for (std::size_t i = 0; i < limbs; ++i) {
        std::uint64_t carry = 0;
        for (std::size_t k = 0; k < limbs; ++k) {
            const Wide sum = Wide{number[i]} * factor[k] + product[i + k] + carry;
            product[i + k] = static_cast<std::uint64_t>(sum);
            carry = static_cast<std::uint64_t>(sum >> 64);
        }
        product[i + limbs] = carry;
    }
    // 2^3072 is prime_difference modulo the prime: fold the upper half onto the lower.
    Wide carry = 0;
    for (std::size_t i = 0; i < limbs; ++i) {
        carry += Wide{product[i + limbs]} * prime_difference + product[i];
        number[i] = static_cast<std::uint64_t>(carry);
        carry >>= 64;
    }
    // What is left over has some 21 bits; folding it can leave one more bit at most.
    while (carry != 0) {
        carry *= prime_difference;
        for (std::size_t i = 0; i < limbs && carry != 0; ++i) {
            carry += number[i];
            number[i] = static_cast<std::uint64_t>(carry);
            carry >>= 64;
        }
    }
}

void MuHash::reduce(Number& number) {
    const bool above_prime = std::all_of(number.begin() + 1, number.end(),
                                         [](std::uint64_t limb) { return limb == all_ones; }) &&
                             number[0] >= lowest_limb;
    if (!above_prime) return;
    const auto rest = number[0] - lowest_limb;
    number.fill(0);
    number[0] = rest;
}

MuHash::Number MuHash::inverse(Number number) {
    // The binary form of Euclid's algorithm: a * number is u and b * number is v modulo the prime,
    // while u and v shrink.
    reduce(number);
    Number prime;
    prime.fill(all_ones);
    prime[0] = lowest_limb;
    const auto add = [](Number& to, const Number& what) {
        Wide carry = 0;
        for (std::size_t i = 0; i < limbs; ++i) {
            carry += Wide{to[i]} + what[i];
            to[i] = static_cast<std::uint64_t>(carry);
            carry >>= 64;
        }
        return static_cast<std::uint64_t>(carry);
    };
    const auto subtract = [](Number& from, const Number& what) {
        std::uint64_t borrow = 0;
        for (std::size_t i = 0; i < limbs; ++i) {
            const Wide difference = Wide{from[i]} - what[i] - borrow;
            from[i] = static_cast<std::uint64_t>(difference);
            borrow = static_cast<std::uint64_t>(difference >> 64) & 1;
        }
        return borrow;
    };
    const auto halve = [](Number& what, std::uint64_t top) {
        for (std::size_t i = 0; i + 1 < limbs; ++i)
            what[i] = what[i] >> 1 | what[i + 1] << 63;
        what.back() = what.back() >> 1 | top << 63;
    };
    const auto make_odd = [&](Number& what, Number& factor) {
        while ((what[0] & 1) == 0) {
            halve(what, 0);
            halve(factor, (factor[0] & 1) != 0 ? add(factor, prime) : 0);
        }
    };
    const auto reduce_by = [&](Number& what, Number& factor, const Number& by,
                               const Number& by_factor) {
        (void)subtract(what, by);
        if (subtract(factor, by_factor) != 0) (void)add(factor, prime);
    };
    const auto is_less = [](const Number& x, const Number& y) {
        return std::lexicographical_compare(x.rbegin(), x.rend(), y.rbegin(), y.rend());
    };
    ensure(number != Number{});
    Number u = number, v = prime, a = one(), b{};
    make_odd(u, a);
    while (u != v) {
        if (is_less(u, v)) {
            reduce_by(v, b, u, a);
            make_odd(v, b);
        } else {
            reduce_by(u, a, v, b);
            make_odd(u, a);
        }
    }
    ensure(u == one());
    return a;
}

MuHash::State MuHash::state() const {
    Number number = numerator_;
    if (denominator_ != one()) multiply(number, inverse(denominator_));
    reduce(number);
    State state;
    std::memcpy(state.data(), number.data(), state.size());
    return state;
}

crypto::Digest256 MuHash::finish() const {
    return crypto::sha256(state());
}

}  // namespace daler::coins
