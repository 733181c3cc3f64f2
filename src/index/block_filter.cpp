#include <daler/index/block_filter.h>

#include <daler/script/opcodes.h>

#include <algorithm>
#include <bit>

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

/// The hashes of elements in the range of a set of `count` elements of the block `hash`.
class GolombHash {
public:
    GolombHash(const BlockHash& hash, std::uint64_t count)
        : range_(count * inverse_false_positive_rate) {
        ByteReader key(hash.bytes);
        k0_ = key.u64();
        k1_ = key.u64();
    }
    std::uint64_t operator()(ByteSpan element) const {
        return scale(crypto::siphash(k0_, k1_, element), range_);
    }

private:
    std::uint64_t k0_ = 0;
    std::uint64_t k1_ = 0;
    std::uint64_t range_;
};

struct GolombValues {
    std::uint64_t count = 0;             ///< that the set claims to have
    std::vector<std::uint64_t> found{};  ///< sorted; fewer than that if the set is damaged
};

GolombValues read_golomb_set(ByteSpan set) {
    ByteReader reader(set);
    GolombValues out{.count = reader.compact_size()};
    // Each value takes at least golomb_bits and one bit more.
    out.found.reserve(std::min<std::uint64_t>(out.count, set.size() * 8 / (golomb_bits + 1)));
    BitReader bits(reader);
    std::uint64_t value = 0;
    for (std::uint64_t i = 0; i < out.count; ++i) {
        std::uint64_t quotient = 0;
        while (bits.bit())
            ++quotient;
        value += (quotient << golomb_bits) + bits.bits(golomb_bits);
        if (!reader.ok()) break;
        out.found.push_back(value);
    }
    return out;
}

/// A mark for each of some values; few others have a mark.
class BitTable {
public:
    explicit BitTable(std::span<const std::uint64_t> values)
        : shift_(64 - static_cast<int>(std::bit_width(values.size() * 16))),
          words_((1ull << (64 - shift_)) / 64 + 1) {
        for (const auto value : values)
            words_[place(value) / 64] |= std::uint64_t{1} << place(value) % 64;
    }
    [[nodiscard]] bool may_contain(std::uint64_t value) const {
        return (words_[place(value) / 64] >> place(value) % 64 & 1) != 0;
    }

private:
    /// The upper bits of a product with an odd number (Knuth's multiplicative hash).
    [[nodiscard]] std::size_t place(std::uint64_t value) const {
        return value * 0x9e37'79b9'7f4a'7c15 >> shift_;
    }

    int shift_;
    std::vector<std::uint64_t> words_;
};

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

    const GolombHash value_of(hash, elements.size());
    std::vector<std::uint64_t> values;
    values.reserve(elements.size());
    for (const auto element : elements)
        values.push_back(value_of(element));
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

bool golomb_set_may_contain(ByteSpan set, const BlockHash& hash,
                            std::span<const ByteSpan> elements) {
    const auto values = read_golomb_set(set);
    if (values.found.empty()) return false;
    // Most elements are in no set, and this shows it without a search.
    const BitTable marks(values.found);
    const GolombHash value_of(hash, values.count);
    return std::ranges::any_of(elements, [&](ByteSpan element) {
        const auto value = value_of(element);
        return marks.may_contain(value) && std::ranges::binary_search(values.found, value);
    });
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
