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

/// Reads bits, the most significant first.
class BitReader {
public:
    explicit BitReader(ByteReader& in) : in_(in) {}

    [[nodiscard]] std::uint64_t bits(unsigned count) {
        std::uint64_t value = 0;
        while (count-- > 0)
            value = value << 1 | (bit() ? 1 : 0);
        return value;
    }
    /// Zero at the end of the bytes.
    [[nodiscard]] bool bit() {
        if (left_ == 0) {
            byte_ = in_.u8();
            left_ = 8;
        }
        return (byte_ >> --left_ & 1) != 0;
    }

private:
    ByteReader& in_;
    std::uint8_t byte_ = 0;
    unsigned left_ = 0;
};

// __extension__: gcc and clang both have 128-bit integers, which pedantic mode would report.
__extension__ using Wide = unsigned __int128;

/// `hash` as a fraction of 2^64, times `range`.
std::uint64_t scale(std::uint64_t hash, std::uint64_t range) {
    return static_cast<std::uint64_t>((Wide{hash} * range) >> 64);
}

/// The hashes of `elements` in the range of a set of `count` elements, sorted.
std::vector<std::uint64_t> golomb_values(std::span<const ByteSpan> elements, const BlockHash& hash,
                                         std::uint64_t count) {
    ByteReader key(hash.bytes);
    const auto k0 = key.u64();
    const auto k1 = key.u64();
    const std::uint64_t range = count * inverse_false_positive_rate;
    std::vector<std::uint64_t> values;
    values.reserve(elements.size());
    for (const auto element : elements)
        values.push_back(scale(crypto::siphash(k0, k1, element), range));
    std::ranges::sort(values);
    return values;
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

    const auto values = golomb_values(elements, hash, elements.size());
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

bool golomb_set_may_contain(ByteSpan set, const BlockHash& hash,
                            std::span<const ByteSpan> elements) {
    ByteReader reader(set);
    const auto count = reader.compact_size();
    const auto wanted = golomb_values(elements, hash, count);
    auto next = wanted.begin();
    BitReader bits(reader);
    std::uint64_t value = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        std::uint64_t quotient = 0;
        while (bits.bit())
            ++quotient;
        value += (quotient << golomb_bits) + bits.bits(golomb_bits);
        if (!reader.ok()) return false;
        while (next != wanted.end() && *next < value)
            ++next;
        if (next == wanted.end()) return false;
        if (*next == value) return true;
    }
    return false;
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
