#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace daler {

/// An amount of money in satoshis; 100,000,000 of them are one bitcoin. May be negative
/// (differences).
class Amount {
public:
    constexpr Amount() = default;
    explicit constexpr Amount(std::int64_t satoshis) : satoshis_(satoshis) {}

    [[nodiscard]] constexpr std::int64_t satoshis() const { return satoshis_; }

    constexpr Amount operator-() const { return Amount{-satoshis_}; }
    constexpr Amount operator+(Amount other) const { return Amount{satoshis_ + other.satoshis_}; }
    constexpr Amount operator-(Amount other) const { return Amount{satoshis_ - other.satoshis_}; }
    constexpr Amount operator*(std::int64_t times) const { return Amount{satoshis_ * times}; }
    constexpr Amount& operator+=(Amount other) { return *this = *this + other; }
    constexpr Amount& operator-=(Amount other) { return *this = *this - other; }
    auto operator<=>(const Amount&) const = default;

    /// In bitcoins with exactly eight decimals: "0.10000000", "-1.00000000".
    [[nodiscard]] std::string to_text() const;

    /// In bitcoins with two to eight decimals, as reject reasons show money: "0.50", "0.00001".
    [[nodiscard]] std::string to_short_text() const;

    /// Parses a decimal number of bitcoins with at most eight decimals, as JSON writes it (an
    /// exponent is allowed as long as the value stays exact). Nothing if it is malformed or beyond
    /// 64 bits.
    [[nodiscard]] static std::optional<Amount> from_text(std::string_view text);

private:
    std::int64_t satoshis_ = 0;
};

inline constexpr std::int64_t satoshis_per_coin = 100'000'000;

/// The most money that can ever exist, and the largest value of any output or sum: 21 million
/// bitcoins.
inline constexpr Amount max_money{21'000'000 * satoshis_per_coin};

/// True for 0 to max_money.
[[nodiscard]] constexpr bool is_money(Amount amount) {
    return amount >= Amount{0} && amount <= max_money;
}

/// What a transaction pays for its size: satoshis per 1000 virtual bytes.
struct FeeRate {
    Amount per_kvb;

    /// The fee for `vsize` virtual bytes, rounded up.
    [[nodiscard]] constexpr Amount fee(std::int64_t vsize) const {
        const std::int64_t product = per_kvb.satoshis() * vsize;
        return Amount{product >= 0 ? (product + 999) / 1000 : product / 1000};
    }
    /// The rate of `fee` over `vsize` virtual bytes, rounded down.
    [[nodiscard]] static constexpr FeeRate of(Amount fee, std::int64_t vsize) {
        return {vsize > 0 ? Amount{fee.satoshis() * 1000 / vsize} : Amount{0}};
    }
    auto operator<=>(const FeeRate&) const = default;
};

}  // namespace daler
