#pragma once

#include <daler/consensus/check_transaction.h>
#include <daler/util/ensure.h>

#include <array>
#include <cstring>
#include <utility>

namespace daler::chain {

/// A coin in the cache, in 48 bytes: scripts of up to 36 bytes, which nearly all are, lie inside.
/// With its outpoint it makes 84 bytes, where a plain Coin would make 128.
class PackedCoin {
public:
    /// Differs from what lies below the cache.
    static constexpr std::uint64_t dirty = std::uint64_t{1} << 57;
    /// What lies below the cache has no coin here: if this one is spent, nothing need be written.
    static constexpr std::uint64_t fresh = std::uint64_t{1} << 58;
    /// There is no coin here any more.
    static constexpr std::uint64_t spent = std::uint64_t{1} << 59;

    /// Nothing: a spent coin.
    explicit PackedCoin(std::uint64_t flags) { set_word(flags | spent); }

    PackedCoin(const TxOutput& output, Height height, bool is_coinbase, std::uint64_t flags)
        : origin_(static_cast<std::uint32_t>(height) << 1 | (is_coinbase ? 1u : 0u)) {
        ensure(is_money(output.value));
        const auto script = output.script_pubkey.bytes();
        const bool inside = script.size() <= inside_size;
        set_word(static_cast<std::uint64_t>(output.value.satoshis()) | flags |
                 std::uint64_t{inside ? script.size() : outside} << length_shift);
        if (inside) {
            std::copy(script.begin(), script.end(), script_.begin());
            return;
        }
        auto* heap = new std::uint8_t[script.size()];
        std::copy(script.begin(), script.end(), heap);
        const auto size = static_cast<std::uint32_t>(script.size());
        std::memcpy(script_.data(), &heap, sizeof heap);
        std::memcpy(script_.data() + sizeof heap, &size, sizeof size);
    }

    PackedCoin(PackedCoin&& other) noexcept { take(other); }
    PackedCoin& operator=(PackedCoin&& other) noexcept {
        if (this != &other) {
            release();
            take(other);
        }
        return *this;
    }
    PackedCoin(const PackedCoin&) = delete;
    PackedCoin& operator=(const PackedCoin&) = delete;
    ~PackedCoin() { release(); }

    [[nodiscard]] bool has(std::uint64_t flag) const { return (word() & flag) != 0; }
    void set(std::uint64_t flags) { set_word(word() | flags); }
    void clear(std::uint64_t flags) { set_word(word() & ~flags); }

    [[nodiscard]] ByteSpan script() const {
        if (length() != outside) return {script_.data(), length()};
        return {heap(), heap_size()};
    }

    [[nodiscard]] consensus::Coin unpack() const {
        consensus::Coin coin;
        coin.output.value = Amount{static_cast<std::int64_t>(word() & amount_mask)};
        coin.output.script_pubkey = Script(script());
        coin.height = static_cast<Height>(origin_ >> 1);
        coin.is_coinbase = (origin_ & 1) != 0;
        return coin;
    }

    /// Bytes held outside the object.
    [[nodiscard]] std::size_t heap_usage() const {
        constexpr std::size_t allocation_overhead = 16;
        return length() == outside ? heap_size() + allocation_overhead : 0;
    }

private:
    // 51 bits of satoshis hold all the money there can be, 6 bits a length up to `outside`, then
    // flags.
    static constexpr std::uint64_t amount_mask = (std::uint64_t{1} << 51) - 1;
    static constexpr unsigned length_shift = 51;
    static constexpr std::size_t outside = 63;  ///< instead of a length: the script is on the heap
    static constexpr std::size_t inside_size = 36;
    static_assert(static_cast<std::uint64_t>(max_money.satoshis()) <= amount_mask);

    [[nodiscard]] std::uint64_t word() const { return std::uint64_t{high_} << 32 | low_; }
    void set_word(std::uint64_t word) {
        low_ = static_cast<std::uint32_t>(word);
        high_ = static_cast<std::uint32_t>(word >> 32);
    }
    [[nodiscard]] std::size_t length() const { return (word() >> length_shift) & 63; }
    [[nodiscard]] std::uint8_t* heap() const {
        std::uint8_t* pointer;
        std::memcpy(&pointer, script_.data(), sizeof pointer);
        return pointer;
    }
    [[nodiscard]] std::size_t heap_size() const {
        std::uint32_t size;
        std::memcpy(&size, script_.data() + sizeof(std::uint8_t*), sizeof size);
        return size;
    }
    void take(PackedCoin& other) {
        low_ = other.low_;
        high_ = other.high_;
        origin_ = other.origin_;
        script_ = other.script_;
        other.set_word(spent);
    }
    void release() {
        if (length() == outside) delete[] heap();
    }

    // Halves, so that the object is aligned like the outpoint before it and no byte is lost.
    std::uint32_t low_ = 0;
    std::uint32_t high_ = 0;
    std::uint32_t origin_ = 0;
    std::array<std::uint8_t, inside_size> script_;
};
static_assert(sizeof(PackedCoin) == 48);
static_assert(sizeof(std::pair<const OutPoint, PackedCoin>) == 84);

}  // namespace daler::chain
