#include "rpc/transaction_arguments.h"
#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

#include <daler/rpc/values.h>

namespace daler::rpc {
namespace {

[[noreturn]] void refuse_simulation(const char* message) {
    throw Error{code::invalid_parameter, message};
}

/// A transaction, and the outputs that it spends and that exist.
struct SimulatedTransaction {
    Transaction tx;
    std::map<OutPoint, consensus::Coin> coins;
};

/// Adds up what transactions that follow each other bring the wallet.
class BalanceSimulation {
public:
    explicit BalanceSimulation(const wallet::History& history) : history_(history) {}

    void add(const SimulatedTransaction& next) {
        for (const auto& input : next.tx.inputs)
            spend(input, next.coins.contains(input.prevout));
        const auto txid = compute_txid(next.tx);
        for (std::uint32_t i = 0; i < next.tx.outputs.size(); ++i) {
            const auto& output = next.tx.outputs[i];
            const Amount ours = history_.owner(output) ? output.value : Amount{0};
            change_ += created_[{txid, i}] = ours;
        }
    }
    [[nodiscard]] Amount change() const { return change_; }

private:
    void spend(const TxInput& input, bool exists) {
        if (spent_.contains(input.prevout))
            refuse_simulation("Transaction(s) are spending the same output more than once");
        if (const auto created = created_.find(input.prevout); created != created_.end()) {
            change_ -= created->second;
            created_.erase(created);
        } else if (!exists) {
            refuse_simulation(
                "One or more transaction inputs are missing or have been spent already");
        } else if (const auto output = history_.owned_prevout(input)) {
            change_ -= output->value;
        }
        spent_.insert(input.prevout);
    }

    const wallet::History& history_;
    std::map<OutPoint, Amount> created_;  ///< outputs of these transactions, and what is ours
    std::set<OutPoint> spent_;
    Amount change_;
};

}  // namespace

Json simulaterawtransaction(Call& call) {
    (void)call.options(1);
    expect(call.json(0), Json::Kind::array);
    std::vector<SimulatedTransaction> all;
    for (const auto& item : call.json(0).items()) {
        auto tx = decode_hex_transaction(to_text(item), "Transaction hex string decoding failure.");
        auto coins = find_spent_coins(call.node().ledger, tx);
        all.push_back({std::move(tx), std::move(coins)});
    }
    return with_wallet(call, [&](const wallet::Wallet& wallet) {
        BalanceSimulation simulation(wallet.history());
        for (const auto& next : all)
            simulation.add(next);
        Json out = Json::object();
        out.append("balance_change", from_amount(simulation.change()));
        return out;
    });
}

}  // namespace daler::rpc
