// Writes a regtest chain for benchmarks: OUT (a bootstrap file with the blocks), OUT.triples (their
// signatures, for `floor`) and OUT.next (one more large block, whose transactions do not spend
// outputs of each other). Equal arguments give equal files.
//
// make_chain OUT BLOCKS INPUTS EXTRA_COINS NEXT_TRANSACTIONS

#include "chain_builder.h"
#include "coins.h"

#include <daler/script/standard.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

namespace daler::bench {
namespace {

constexpr std::uint64_t seed = 20090103;
constexpr std::size_t coinbases = 160;  // when the last is mined, the first ones are mature
constexpr std::size_t fan_outs = 40;    // blocks with a transaction that splits a coinbase
constexpr std::size_t coins_per_fan_out = 400;
constexpr std::size_t max_inputs = 3;
constexpr Amount fee_per_piece{500};  // for each input and each output
constexpr std::size_t block_outputs = 20'000;

struct Wanted {
    std::string file;
    std::size_t blocks = 0;
    std::size_t inputs = 0;
    std::size_t extra_coins = 0;
    std::size_t next_transactions = 0;
};

class Maker {
public:
    explicit Maker(const Wanted& wanted)
        : wanted_(wanted),
          key_set_(dice_),
          blocks_(wanted.file, std::ios::binary),
          triples_(wanted.file + ".triples", std::ios::binary),
          at_(builder_.genesis()) {}

    bool make() {
        for (std::size_t i = 0; i < coinbases; ++i)
            add_block({});
        for (std::size_t i = 0; i < fan_outs; ++i)
            add_block({fan_out()});
        const std::size_t rest = wanted_.blocks - coinbases - fan_outs;
        for (std::size_t i = 0; i < rest; ++i) {
            const std::size_t until = wanted_.inputs * (i + 1) / rest;
            const std::size_t coins = wanted_.extra_coins * (i + 1) / rest;
            add_block(block_of_payments(until, coins));
        }
        const auto inputs = inputs_;
        std::vector<TransactionRef> next;
        for (std::size_t i = 0; i < wanted_.next_transactions; ++i)
            next.push_back(payment(1));
        const auto block = builder_.block(at_, {std::move(next), Amount{0}});
        std::ofstream(wanted_.file + ".next", std::ios::binary)
            << as_text(encode(*block)) << std::flush;
        std::cout << "{\"blocks\": " << wanted_.blocks << ", \"inputs\": " << inputs
                  << ", \"signatures\": " << signatures_ << ", \"coins\": " << own_.size()
                  << ", \"tip\": \"" << at_.to_hex() << "\"}" << std::endl;
        return blocks_.good() && triples_.good();
    }

private:
    void add_block(std::vector<TransactionRef> transactions) {
        const auto block = builder_.block(
            at_, {std::move(transactions), Amount{0}, 0, key_set_.new_script(kind_, key_)});
        const auto& coinbase = block->transactions[0];
        if (made_++ < fan_outs)
            rewards_.push_back({{coinbase->txid, 0}, coinbase->outputs[0], kind_, key_});
        at_ = block->header.hash();
        const Bytes bytes = encode(*block);
        ByteWriter frame;
        frame.bytes(builder_.params().magic);
        frame.u32(static_cast<std::uint32_t>(bytes.size()));
        blocks_ << as_text(frame.view()) << as_text(bytes);
        // Coins of a block are spent only in later blocks.
        own_.insert(own_.end(), created_.begin(), created_.end());
        created_.clear();
    }

    void write_triples(const std::vector<Triple>& triples) {
        for (const auto& triple : triples) {
            ByteWriter record;
            record.u8(triple.is_schnorr ? 1 : 0);
            record.u8(static_cast<std::uint8_t>(triple.key.size()));
            record.bytes(triple.key);
            record.u8(static_cast<std::uint8_t>(triple.signature.size()));
            record.bytes(triple.signature);
            record.bytes(triple.hash.bytes);
            triples_ << as_text(record.view());
        }
        signatures_ += triples.size();
    }

    /// Pays the value of `spent`, less the fee, to `outputs` new coins of our own.
    TransactionRef pay(const std::vector<OwnCoin>& spent, std::size_t outputs) {
        Transaction tx;
        Amount value;
        for (const auto& coin : spent) {
            tx.inputs.push_back({coin.outpoint, {}, TxInput::final_sequence, {}});
            value += coin.output.value;
        }
        const auto pieces = static_cast<std::int64_t>(spent.size() + outputs);
        const Amount each{(value.satoshis() - pieces * fee_per_piece.satoshis()) /
                          static_cast<std::int64_t>(outputs)};
        std::vector<OwnCoin> made(outputs);
        for (auto& coin : made) {
            coin.output = {each, key_set_.new_script(coin.kind, coin.key)};
            tx.outputs.push_back(coin.output);
        }
        std::vector<Triple> triples;
        key_set_.sign(tx, spent, triples);
        write_triples(triples);
        inputs_ += spent.size();
        auto sealed = seal(std::move(tx));
        for (std::uint32_t i = 0; i < outputs; ++i) {
            made[i].outpoint = {sealed->txid, i};
            created_.push_back(made[i]);
        }
        return sealed;
    }

    TransactionRef fan_out() {
        const auto reward = rewards_.back();
        rewards_.pop_back();
        return pay({reward}, coins_per_fan_out);
    }

    OwnCoin take_coin() {
        std::swap(own_[dice_() % own_.size()], own_.back());
        const auto coin = own_.back();
        own_.pop_back();
        return coin;
    }

    TransactionRef payment(std::size_t inputs) {
        std::vector<OwnCoin> spent;
        for (std::size_t i = 0; i < inputs; ++i)
            spent.push_back(take_coin());
        return pay(spent, 2);
    }

    /// A payment with `count` outputs that are never spent.
    TransactionRef crowd(std::size_t count) {
        const auto coin = take_coin();
        Transaction tx;
        tx.inputs.push_back({coin.outpoint, {}, TxInput::final_sequence, {}});
        for (std::size_t i = 0; i < count; ++i) {
            std::array<std::uint64_t, 3> program;
            std::ranges::generate(program, dice_);
            tx.outputs.push_back(
                {Amount{1}, script::pay_to_witness(
                                0, ByteSpan{reinterpret_cast<std::uint8_t*>(program.data()), 20})});
        }
        std::vector<Triple> triples;
        key_set_.sign(tx, {coin}, triples);
        write_triples(triples);
        ++inputs_;
        return seal(std::move(tx));
    }

    std::vector<TransactionRef> block_of_payments(std::size_t until, std::size_t coins) {
        std::vector<TransactionRef> out;
        for (std::size_t outputs = 0; extra_coins_ < coins && outputs < block_outputs;) {
            const std::size_t count = std::min<std::size_t>(2000, coins - extra_coins_);
            out.push_back(crowd(count));
            extra_coins_ += count;
            outputs += count;
        }
        while (inputs_ < until)
            out.push_back(payment(std::min(until - inputs_, 1 + dice_() % max_inputs)));
        return out;
    }

    const Wanted wanted_;
    Dice dice_{seed};
    KeySet key_set_;
    test::ChainBuilder builder_;
    std::ofstream blocks_;
    std::ofstream triples_;
    BlockHash at_;
    CoinKind kind_{};
    std::uint32_t key_ = 0;
    std::vector<OwnCoin> rewards_;
    std::vector<OwnCoin> own_;
    std::vector<OwnCoin> created_;
    std::size_t made_ = 0;  ///< blocks
    std::size_t inputs_ = 0;
    std::size_t signatures_ = 0;
    std::size_t extra_coins_ = 0;
};

}  // namespace
}  // namespace daler::bench

int main(int argc, char** argv) {
    if (argc != 6) {
        std::cerr << "Usage: make_chain OUT BLOCKS INPUTS EXTRA_COINS NEXT_TRANSACTIONS\n";
        return 2;
    }
    const auto number = [&](int i) { return std::strtoull(argv[i], nullptr, 10); };
    const daler::bench::Wanted wanted{argv[1], number(2), number(3), number(4), number(5)};
    return daler::bench::Maker(wanted).make() ? 0 : 1;
}
