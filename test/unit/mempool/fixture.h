#pragma once

#include <daler/crypto/hash.h>
#include <daler/mempool/mempool.h>
#include <daler/primitives/chain_params.h>
#include <daler/script/signature_cache.h>
#include <daler/script/standard.h>

#include <map>

namespace daler::test {

inline constexpr std::int64_t coin_value = 1'000'000;
inline constexpr BlockTime start_time = from_unix(1'700'000'000);

/// A chain of coins and times only, with a block every ten minutes.
class FakeChain : public mempool::CoinView {
public:
    Height tip = 200;
    std::map<OutPoint, consensus::Coin> coins;

    std::optional<consensus::Coin> coin(const OutPoint& outpoint) const override {
        const auto found = coins.find(outpoint);
        if (found == coins.end()) return std::nullopt;
        return found->second;
    }
    Height height() const override { return tip; }
    BlockTime median_time_past(Height height) const override {
        return start_time - std::chrono::seconds{600} * (200 - height + 6);
    }
};

/// Anyone can spend it, and it is standard: P2WSH of OP_TRUE.
inline Script open_script() {
    const Bytes op_true{0x51};
    return script::pay_to_witness(0, crypto::sha256(op_true));
}

struct Spend {
    std::vector<OutPoint> from;
    std::int64_t in = coin_value;  ///< their total value
    std::int64_t fee = 1000;
    std::size_t outputs = 1;
    std::size_t padding = 0;  ///< bytes of an OP_RETURN output
    std::uint32_t sequence = TxInput::final_sequence;
    std::uint32_t version = 2;
    std::uint32_t lock_time = 0;
};

inline TransactionRef make(const Spend& spend) {
    Transaction tx;
    tx.version = spend.version;
    tx.lock_time = spend.lock_time;
    for (const auto& outpoint : spend.from) {
        TxInput input;
        input.prevout = outpoint;
        input.sequence = spend.sequence;
        input.witness = {{0x51}};
        tx.inputs.push_back(input);
    }
    const auto count = static_cast<std::int64_t>(spend.outputs);
    for (std::int64_t i = 0; i < count; ++i)
        tx.outputs.push_back({Amount{(spend.in - spend.fee) / count}, open_script()});
    tx.outputs[0].value += Amount{(spend.in - spend.fee) % count};
    if (spend.padding > 0) {
        Script data(Bytes{0x6a});
        for (std::size_t left = spend.padding; left > 0;) {
            const std::size_t size = std::min<std::size_t>(left, 500);
            script::push(data, Bytes(size, 7));
            left -= size;
        }
        tx.outputs.push_back({Amount{0}, data});
    }
    return seal(std::move(tx));
}

inline OutPoint output_of(const TransactionRef& tx, std::uint32_t index = 0) {
    return {tx->txid, index};
}
inline std::int64_t value_of(const TransactionRef& tx, std::uint32_t index = 0) {
    return tx->outputs[index].value.satoshis();
}

/// A mempool on a fake chain. Large OP_RETURN outputs are allowed, to make large transactions.
class Fixture : public mempool::MempoolObserver {
public:
    explicit Fixture(const mempool::Limits& limits = {},
                     policy::PolicyOptions policy = large_data())
        : pool(params, policy, limits, chain, workers, &cache) {
        pool.add_observer(*this);
    }

    static policy::PolicyOptions large_data() {
        policy::PolicyOptions policy;
        policy.max_datacarrier_bytes = 100'000;
        return policy;
    }

    /// A confirmed coin that is not spent.
    OutPoint coin(std::int64_t value = coin_value, Height height = 1, bool is_coinbase = false) {
        const std::string name = "coin " + std::to_string(made_++);
        const OutPoint outpoint{Txid{crypto::sha256d(as_bytes(name))}, 0};
        chain.coins[outpoint] = {{Amount{value}, open_script()}, height, is_coinbase};
        return outpoint;
    }

    mempool::AcceptOptions options() const {
        mempool::AcceptOptions out;
        out.now = now;
        return out;
    }

    /// "ok" or the reason with its details.
    std::string accept(const TransactionRef& tx) { return accept(tx, options()); }
    std::string accept(const TransactionRef& tx, const mempool::AcceptOptions& with) {
        const auto accepted = pool.accept(tx, with);
        return accepted ? "ok" : consensus::to_text(accepted.error().rejection);
    }
    /// Makes a transaction that must be accepted.
    TransactionRef add(const Spend& spend) {
        auto tx = make(spend);
        const auto result = accept(tx);
        if (result != "ok") throw std::runtime_error(result);
        return tx;
    }
    /// `length` transactions, each spending the one before.
    std::vector<TransactionRef> add_chain(int length, std::int64_t fee = 1000) {
        std::vector<TransactionRef> out;
        OutPoint from = coin();
        std::int64_t value = coin_value;
        for (int i = 0; i < length; ++i) {
            out.push_back(add({.from = {from}, .in = value, .fee = fee}));
            from = output_of(out.back());
            value = value_of(out.back());
        }
        return out;
    }

    /// A new tip with these transactions.
    Block confirm(const std::vector<TransactionRef>& transactions) {
        Block block;
        block.transactions = transactions;
        connect(block);
        pool.block_connected(block, chain.tip, now);
        return block;
    }
    /// Changes only the coins.
    void connect(const Block& block) {
        ++chain.tip;
        for (const auto& tx : block.transactions) {
            for (const auto& input : tx->inputs) {
                if (tx->is_coinbase()) continue;
                spent_[input.prevout] = chain.coins.at(input.prevout);
                chain.coins.erase(input.prevout);
            }
            for (std::uint32_t i = 0; i < tx->outputs.size(); ++i)
                chain.coins[{tx->txid, i}] = {tx->outputs[i], chain.tip, tx->is_coinbase()};
        }
    }
    /// Removes the tip.
    void disconnect(const Block& block) {
        for (auto tx = block.transactions.rbegin(); tx != block.transactions.rend(); ++tx) {
            for (std::uint32_t i = 0; i < (*tx)->outputs.size(); ++i)
                chain.coins.erase({(*tx)->txid, i});
            for (const auto& input : (*tx)->inputs)
                if (!(*tx)->is_coinbase()) chain.coins[input.prevout] = spent_.at(input.prevout);
        }
        --chain.tip;
        pool.block_disconnected(block);
    }

    void transaction_added(const TransactionRef& tx, Amount, std::int64_t, std::uint64_t) override {
        events.push_back("+" + tx->txid.to_hex());
    }
    void transaction_removed(const TransactionRef& tx, mempool::RemovalReason reason,
                             std::uint64_t) override {
        events.push_back("-" + tx->txid.to_hex() + " " + std::string(name(reason)));
        reasons[tx->txid] = name(reason);
    }

    const ChainParams params = regtest_params();
    FakeChain chain;
    ThreadPool workers{0};
    script::BoundedSignatureCache cache{1u << 16};
    BlockTime now = start_time;
    mempool::Mempool pool;
    std::vector<std::string> events;
    std::map<Txid, std::string> reasons;  ///< why each was removed

private:
    std::size_t made_ = 0;
    std::map<OutPoint, consensus::Coin> spent_;
};

}  // namespace daler::test
