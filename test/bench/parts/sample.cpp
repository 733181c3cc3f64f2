#include "sample.h"

#include <daler/util/ensure.h>

#include <map>

namespace daler::bench {
namespace {

constexpr std::size_t coins_per_fan_out = 400;
constexpr std::size_t many_payments = 6000;
constexpr Amount fee{2000};  // of a payment, or of one output of a fan-out

ChainParams short_maturity() {
    auto params = regtest_params();
    params.coinbase_maturity = 1;
    return params;
}

bool is_small(CoinKind kind) {
    return kind == CoinKind::witness_key_hash || kind == CoinKind::taproot_key;
}

class Maker {
public:
    explicit Maker(std::size_t payments)
        : payments_(payments), outputs_(payments >= many_payments ? 1 : 2) {}

    Sample make() {
        std::vector<OwnCoin> rewards;
        while (rewards.size() * coins_per_fan_out < payments_)
            rewards.push_back(add_block({}));
        add_block({});
        std::vector<TransactionRef> fan_outs;
        for (const auto& reward : rewards)
            fan_outs.push_back(pay(reward, coins_per_fan_out));
        add_block(std::move(fan_outs));

        std::vector<TransactionRef> transactions;
        const auto coins = std::exchange(created_, {});
        for (std::size_t i = 0; i < payments_; ++i) {
            transactions.push_back(pay(coins[i], outputs_));
            sample_.undo.transactions.push_back({{coins[i].output, height_, false}});
        }
        sample_.block = sample_.builder.block(tip_, {std::move(transactions), Amount{0}});
        return std::move(sample_);
    }

private:
    /// Gives its coinbase.
    OwnCoin add_block(std::vector<TransactionRef> transactions) {
        OwnCoin coin;
        coin.output.script_pubkey = new_script(coin);
        const auto block = sample_.builder.block(
            tip_, {std::move(transactions), Amount{0}, 0, coin.output.script_pubkey});
        sample_.chain.push_back(block);
        tip_ = block->header.hash();
        ++height_;
        coin.outpoint = {block->transactions[0]->txid, 0};
        coin.output = block->transactions[0]->outputs[0];
        return coin;
    }

    Script new_script(OwnCoin& coin) {
        for (;;) {
            auto script = key_set_.new_script(coin.kind, coin.key);
            if (outputs_ > 1 || is_small(coin.kind)) return script;
        }
    }

    TransactionRef pay(const OwnCoin& spent, std::size_t outputs) {
        Transaction tx;
        tx.inputs.push_back({spent.outpoint, {}, TxInput::final_sequence, {}});
        const auto count = static_cast<std::int64_t>(outputs);
        const Amount each{spent.output.value.satoshis() / count - fee.satoshis()};
        std::vector<OwnCoin> made(outputs);
        for (auto& coin : made) {
            coin.output = {each, new_script(coin)};
            tx.outputs.push_back(coin.output);
        }
        std::vector<Triple> ignored;
        key_set_.sign(tx, {spent}, ignored);
        auto sealed = seal(std::move(tx));
        for (std::uint32_t i = 0; i < outputs; ++i) {
            made[i].outpoint = {sealed->txid, i};
            created_.push_back(made[i]);
        }
        return sealed;
    }

    const std::size_t payments_;
    const std::size_t outputs_;  ///< of a payment
    Dice dice_{payments_};
    KeySet key_set_{dice_};
    Sample sample_{test::ChainBuilder(short_maturity()), {}, {}, {}};
    BlockHash tip_ = sample_.builder.genesis();
    Height height_ = 0;
    std::vector<OwnCoin> created_;
};

}  // namespace

BlockRef Sample::next_block() {
    return builder.block(chain.back()->header.hash(),
                         {{payments().begin(), payments().end()}, Amount{0}});
}

Sample& sample(std::size_t payments) {
    static std::map<std::size_t, Sample> made;
    const auto found = made.find(payments);
    if (found != made.end()) return found->second;
    return made.emplace(payments, Maker(payments).make()).first->second;
}

Payment payment_of(CoinKind kind) {
    Dice dice{static_cast<std::uint64_t>(kind)};
    KeySet key_set(dice);
    OwnCoin coin;
    do {
        coin.output = {Amount{100'000}, key_set.new_script(coin.kind, coin.key)};
    } while (coin.kind != kind);
    Transaction tx;
    tx.inputs.push_back({{Txid{crypto::sha256d(as_bytes("coin"))}, 0}, {}, 0xffffffff, {}});
    tx.outputs.assign(2, {Amount{40'000}, coin.output.script_pubkey});
    std::vector<Triple> ignored;
    key_set.sign(tx, {coin}, ignored);
    return {seal(std::move(tx)), coin.output};
}

}  // namespace daler::bench
