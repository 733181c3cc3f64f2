// Targets in compact form and the work behind them: the first half of header_rules.h.
#include <daler/consensus/header_rules.h>
#include <daler/primitives/chain_params.h>

namespace daler::consensus {
namespace {

constexpr std::uint32_t sign_bit = 0x00800000;
constexpr std::uint32_t mantissa_mask = 0x007fffff;
// Hashes that take less than a millisecond.
constexpr U256 free_block_work{1000};

struct Expanded {
    U256 value;
    bool negative;
    bool overflow;
};

// The compact form is a floating-point number: the first byte is the size of the number in bytes,
// the other three are its highest bytes. The top bit of these is a sign.
Expanded expand(std::uint32_t bits) {
    const unsigned size = bits >> 24;
    std::uint32_t mantissa = bits & mantissa_mask;
    U256 value;
    if (size <= 3) {
        mantissa >>= 8 * (3 - size);
        value = U256{mantissa};
    } else {
        value = U256{mantissa} << (8 * (size - 3));
    }
    const bool overflow = mantissa != 0 && (size > 34 || (mantissa > 0xff && size > 33) ||
                                            (mantissa > 0xffff && size > 32));
    return {value, mantissa != 0 && (bits & sign_bit) != 0, overflow};
}

}  // namespace

std::optional<U256> target_from_bits(std::uint32_t bits, const U256& limit) {
    const auto [value, negative, overflow] = expand(bits);
    if (negative || overflow || value.is_zero() || value > limit) return std::nullopt;
    return value;
}

U256 expand_bits(std::uint32_t bits) {
    const auto [value, negative, overflow] = expand(bits);
    return negative || overflow ? U256{} : value;
}

std::uint32_t bits_from_target(const U256& target) {
    unsigned size = (target.bit_length() + 7) / 8;
    auto mantissa = static_cast<std::uint32_t>(size <= 3 ? target.low64() << (8 * (3 - size))
                                                         : (target >> (8 * (size - 3))).low64());
    // The highest bit would be read as a sign: move one byte down.
    if (mantissa & sign_bit) {
        mantissa >>= 8;
        ++size;
    }
    return mantissa | size << 24;
}

U256 work_of(std::uint32_t bits) {
    const U256 target = expand_bits(bits);
    if (target.is_zero()) return {};
    // 2^256 does not fit, but 2^256 / (t+1) = (2^256 - t - 1) / (t+1) + 1, and ~t is that dividend.
    return ~target / (target + U256{1}) + U256{1};
}

double difficulty(std::uint32_t bits) {
    const std::uint32_t mantissa = bits & 0x00ffffff;
    if (mantissa == 0) return 0;
    double ratio = double{0x0000ffff} / mantissa;
    const int easiest_size = 29;  // of mainnet's limit, 0x1d00ffff
    const int size = static_cast<int>(bits >> 24);
    for (int i = size; i < easiest_size; ++i)
        ratio *= 256.0;
    for (int i = easiest_size; i < size; ++i)
        ratio /= 256.0;
    return ratio;
}

bool blocks_are_free(const ChainParams& params) {
    return params.retarget.never && params.signet_challenge.empty() &&
           work_of(params.genesis->header.bits) <= free_block_work;
}

bool has_proof_of_work(const BlockHash& hash, std::uint32_t bits, const ChainParams& params) {
    const auto target = target_from_bits(bits, params.pow_limit);
    return target && U256::from_little_endian(hash.bytes) <= *target;
}

}  // namespace daler::consensus
