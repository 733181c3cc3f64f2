#include "crc32c.h"

#include <daler/crypto/hash.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace daler::crypto {
namespace {

// The Castagnoli polynomial with its bits reversed (RFC 3720, section 12.1).
constexpr std::uint32_t polynomial = 0x82f63b78;

constexpr std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> out{};
    for (std::uint32_t i = 0; i < out.size(); ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = value >> 1 ^ (value & 1 ? polynomial : 0);
        out[i] = value;
    }
    return out;
}();

#if defined(__x86_64__)
// The instruction gives its result after three cycles and can begin each cycle. So three lanes of
// this many bytes are computed side by side.
constexpr std::size_t lane = 1024;

/// What a register becomes when `lane` zero bytes follow. It is linear: the parts of each byte of
/// the register are combined by XOR.
constexpr auto lane_table = [] {
    std::array<std::array<std::uint32_t, 256>, 4> out{};
    for (std::size_t bit = 0; bit < 32; ++bit) {
        std::uint32_t part = std::uint32_t{1} << bit;
        for (std::size_t i = 0; i < lane; ++i)
            part = part >> 8 ^ table[part & 0xff];
        for (std::size_t value = 0; value < 256; ++value)
            if (value >> bit % 8 & 1) out[bit / 8][value] ^= part;
    }
    return out;
}();

std::uint32_t after_lane(std::uint64_t crc) {
    return lane_table[0][crc & 0xff] ^ lane_table[1][crc >> 8 & 0xff] ^
           lane_table[2][crc >> 16 & 0xff] ^ lane_table[3][crc >> 24 & 0xff];
}

std::uint64_t word_at(ByteSpan data, std::size_t at) {
    std::uint64_t word;
    std::memcpy(&word, data.data() + at, sizeof word);
    return word;
}

__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse42(ByteSpan data, std::uint32_t seed) {
    std::uint64_t crc = ~seed;
    for (; data.size() >= 3 * lane; data = data.subspan(3 * lane)) {
        std::uint64_t second = 0, third = 0;
        for (std::size_t at = 0; at < lane; at += 8) {
            crc = _mm_crc32_u64(crc, word_at(data, at));
            second = _mm_crc32_u64(second, word_at(data, lane + at));
            third = _mm_crc32_u64(third, word_at(data, 2 * lane + at));
        }
        crc = after_lane(after_lane(crc) ^ second) ^ third;
    }
    for (; data.size() >= 8; data = data.subspan(8))
        crc = _mm_crc32_u64(crc, word_at(data, 0));
    auto rest = static_cast<std::uint32_t>(crc);
    for (const std::uint8_t byte : data)
        rest = _mm_crc32_u8(rest, byte);
    return ~rest;
}
#endif

}  // namespace

std::uint32_t crc32c_portable(ByteSpan data, std::uint32_t seed) {
    std::uint32_t crc = ~seed;
    for (const std::uint8_t byte : data)
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xff];
    return ~crc;
}

std::uint32_t crc32c(ByteSpan data, std::uint32_t seed) {
#if defined(__x86_64__)
    static const bool fast = __builtin_cpu_supports("sse4.2") > 0;
    if (fast) return crc32c_sse42(data, seed);
#endif
    return crc32c_portable(data, seed);
}

}  // namespace daler::crypto
