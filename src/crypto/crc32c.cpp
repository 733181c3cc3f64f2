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
__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse42(ByteSpan data, std::uint32_t seed) {
    std::uint64_t crc = ~seed;
    for (; data.size() >= 8; data = data.subspan(8)) {
        std::uint64_t word;
        std::memcpy(&word, data.data(), sizeof word);
        crc = _mm_crc32_u64(crc, word);
    }
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
