#pragma once

#include "coin_finder.h"

namespace daler::wallet {

/// Whether coins of one script are spent together. Spending them one after the other shows each
/// time that the payments have one sender.
enum class Grouping : bool { none, by_script };

/// So many coins of one script are spent together. With more of them a payment would become
/// expensive.
inline constexpr std::size_t max_group_size = 100;

/// Coins that a payment spends together or not at all: a single one, or coins of one script. Is a
/// view of coins that outlive it.
class CoinGroup {
public:
    /// `is_rest`: the script has further groups, and those have the largest size. Requires: at
    /// least one coin.
    explicit CoinGroup(std::span<const PricedCoin> coins, bool is_rest = false)
        : coins_(coins), is_rest_(is_rest) {}

    [[nodiscard]] std::span<const PricedCoin> coins() const { return coins_; }
    [[nodiscard]] bool is_rest() const { return is_rest_; }
    [[nodiscard]] std::optional<descriptor::AddressType> type() const {
        return coins_.front().type;
    }
    /// Values, fees and weights of all of them together.
    [[nodiscard]] Candidate candidate() const;
    /// Confirmations of the coin with the fewest.
    [[nodiscard]] Height depth() const;
    /// Whether all of them come from payments of the wallet.
    [[nodiscard]] bool is_from_me() const;
    /// The sum of the ancestors, some of which may be the same; the most descendants.
    [[nodiscard]] MempoolChain chain() const;

private:
    std::span<const PricedCoin> coins_;
    bool is_rest_;
};

/// The coins as groups. By script: puts coins of one script beside each other, and which of them
/// are in a group is left to chance, if there are too many for one.
[[nodiscard]] std::vector<CoinGroup> make_groups(std::vector<PricedCoin>& coins, Grouping grouping,
                                                 Random& random);

/// The same for coins of one script and for no others.
using ScriptKey = std::tuple<std::size_t, std::uint32_t, std::optional<descriptor::AddressType>>;
/// Requires: the coin is the wallet's.
[[nodiscard]] ScriptKey script_key(const PricedCoin& coin);

}  // namespace daler::wallet
