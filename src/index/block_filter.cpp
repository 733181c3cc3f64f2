#include <daler/index/block_filter.h>

#include <daler/script/opcodes.h>

#include <algorithm>

namespace daler::index {
namespace {

/// Appends bits, the most significant first.
class BitWriter {
public:
    explicit BitWriter(ByteWriter& out) : out_(out) {}

    void bits(std::uint64_t value, unsigned count) {
        while (count-- > 0)
            bit((value >> count & 1) != 0);
    }
    void bit(bool value) {
        byte_ = static_cast<std::uint8_t>(byte_ << 1 | (value ? 1 : 0));
        if (++used_ == 8) flush();
    }
    /// Fills the last byte with zeros.
    void finish() {
        while (used_ != 0)
            bit(false);
    }

private:
    void flush() {
        out_.u8(byte_);
        byte_ = 0;
        used_ = 0;
    }

    ByteWriter& out_;
    std::uint8_t byte_ = 0;
    unsigned used_ = 0;
};

// __extension__: gcc and clang both have 128-bit integers, which pedantic mode would report.
__extension__ using Wide = unsigned __int128;

/// `hash` as a fraction of 2^64, times `range`.
std::uint64_t scale(std::uint64_t hash, std::uint64_t range) {
    return static_cast<std::uint64_t>((Wide{hash} * range) >> 64);
}

bool less(ByteSpan a, ByteSpan b) {
    return std::ranges::lexicographical_compare(a, b);
}
bool same(ByteSpan a, ByteSpan b) {
    return std::ranges::equal(a, b);
}

}  // namespace

Bytes golomb_set(std::vector<ByteSpan> elements, const BlockHash& hash) {
    std::ranges::sort(elements, less);
    elements.erase(std::ranges::unique(elements, same).begin(), elements.end());

    ByteReader key(hash.bytes);
    const auto k0 = key.u64();
    const auto k1 = key.u64();
    const std::uint64_t range = elements.size() * inverse_false_positive_rate;
    std::vector<std::uint64_t> values;
    values.reserve(elements.size());
    for (const auto element : elements)
        values.push_back(scale(crypto::siphash(k0, k1, element), range));
    std::ranges::sort(values);

    ByteWriter out;
    out.compact_size(values.size());
    BitWriter bits(out);
    std::uint64_t last = 0;
    for (const auto value : values) {
        const auto difference = value - last;
        last = value;
        for (auto quotient = difference >> golomb_bits; quotient > 0; --quotient)
            bits.bit(true);
        bits.bit(false);
        bits.bits(difference, golomb_bits);
    }
    bits.finish();
    return out.take();
}

Bytes basic_filter(const Block& block, const BlockHash& hash, const coins::BlockUndo& undo) {
    std::vector<ByteSpan> scripts;
    for (const auto& tx : block.transactions) {
        for (const auto& output : tx->outputs) {
            const auto script = output.script_pubkey.bytes();
            if (script.empty() || script[0] == script::op_return) continue;
            scripts.push_back(script);
        }
    }
    for (const auto& spent : undo.transactions) {
        for (const auto& coin : spent)
            if (!coin.output.script_pubkey.empty())
                scripts.push_back(coin.output.script_pubkey.bytes());
    }
    return golomb_set(std::move(scripts), hash);
}

Hash256 filter_header(ByteSpan filter, const Hash256& previous) {
    return {crypto::sha256d(crypto::sha256d(filter), previous.bytes)};
}

}  // namespace daler::index
