#pragma once

#include <daler/primitives/amount.h>
#include <daler/primitives/transaction.h>
#include <daler/wallet/key_book.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <map>
#include <set>

namespace daler::wallet {

struct TxRecord;

/// The coins of a wallet, and what they are worth at each height. History decides which outputs are
/// coins: unspent ones of ours, in transactions that are confirmed or in the mempool. Coinbases are
/// coins before they are mature.
class CoinIndex {
public:
    /// Where a coin is: the place of its transaction in the wallet's list, and the output's number.
    struct Key {
        std::uint64_t order;
        std::uint32_t output;

        auto operator<=>(const Key&) const = default;
    };

    struct Coin {
        const TxRecord* record;
        OutPoint outpoint;
        KeyBook::Place place;
        script::OutputType type;
        Amount value;
        std::optional<Height> height;  ///< nothing: its transaction is not confirmed
        bool is_coinbase = false;
        bool from_me = false;    ///< its transaction spends coins of ours
        bool spendable = false;  ///< the sums count it
    };

    /// Adds a coin, or replaces it.
    void put(const Key& key, const Coin& coin);
    /// No effect if there is no such coin.
    void erase(const Key& key);
    void clear();

    struct Hasher {
        std::size_t operator()(const Key& key) const {
            constexpr std::uint64_t usual_outputs = 64;
            return key.order * usual_outputs + key.output;
        }
    };
    /// In no order. The coins are beside each other in memory, because payments look at all of
    /// them.
    using Coins = boost::unordered_flat_map<Key, Coin, Hasher>;
    [[nodiscard]] const Coins& coins() const { return coins_; }
    /// Those that are not confirmed.
    [[nodiscard]] const std::set<Key>& unconfirmed() const { return unconfirmed_; }

    /// The worth of the spendable coins in blocks.
    struct Sums {
        Amount trusted;   ///< at `highest` or below, coinbases also at `mature` or below
        Amount immature;  ///< coinbases above `mature`
    };
    /// Takes time for the heights above the lower one of the two that have coins.
    [[nodiscard]] Sums confirmed(std::int64_t highest, std::int64_t mature) const;

private:
    /// The coins that blocks of one height hold.
    struct Level {
        Amount coinbases;
        Amount others;
        std::size_t count = 0;
    };

    void count(const Coin& coin);
    void discount(const Coin& coin);

    Coins coins_;
    std::set<Key> unconfirmed_;
    std::map<Height, Level> levels_;  ///< of spendable coins
    Amount confirmed_;                ///< all levels together
};

}  // namespace daler::wallet
