#include <daler/wallet/coin_index.h>

#include <daler/util/ensure.h>

namespace daler::wallet {

void CoinIndex::put(const Key& key, const Coin& coin) {
    const auto [where, is_new] = coins_.try_emplace(key, coin);
    if (!is_new) {
        discount(where->second);
        where->second = coin;
    }
    count(coin);
    if (coin.height)
        unconfirmed_.erase(key);
    else
        unconfirmed_.insert(key);
}

void CoinIndex::erase(const Key& key) {
    const auto found = coins_.find(key);
    if (found == coins_.end()) return;
    discount(found->second);
    unconfirmed_.erase(key);
    coins_.erase(found);
}

void CoinIndex::clear() {
    *this = {};
}

void CoinIndex::count(const Coin& coin) {
    if (!coin.height || !coin.spendable) return;
    auto& level = levels_[*coin.height];
    (coin.is_coinbase ? level.coinbases : level.others) += coin.value;
    ++level.count;
    confirmed_ += coin.value;
}

void CoinIndex::discount(const Coin& coin) {
    if (!coin.height || !coin.spendable) return;
    const auto found = levels_.find(*coin.height);
    ensure(found != levels_.end());
    auto& level = found->second;
    (coin.is_coinbase ? level.coinbases : level.others) -= coin.value;
    confirmed_ -= coin.value;
    if (--level.count == 0) levels_.erase(found);
}

CoinIndex::Sums CoinIndex::confirmed(std::int64_t highest, std::int64_t mature) const {
    Sums out{confirmed_, Amount{0}};
    for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
        const auto& [height, sums] = *level;
        if (height <= std::min(highest, mature)) break;
        if (height > highest) out.trusted -= sums.others;
        out.trusted -= sums.coinbases;
        if (height > mature) out.immature += sums.coinbases;
    }
    return out;
}

}  // namespace daler::wallet
