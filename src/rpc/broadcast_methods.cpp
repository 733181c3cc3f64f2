#include "rpc/broadcast_methods.h"

#include "rpc/transaction_arguments.h"

#include <daler/ledger/ledger.h>
#include <daler/rpc/values.h>
#include <daler/script/limits.h>
#include <daler/script/script_reader.h>
#include <daler/script/standard.h>
#include <daler/sync/peer_service.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

constexpr std::string_view no_transaction =
    "TX decode failed. Make sure the tx has at least one input.";
constexpr std::size_t max_tested = 25;

/// False if the script fails whatever its input is: it does not parse, or holds what no interpreter
/// knows or takes.
bool is_runnable(ByteSpan script) {
    script::ScriptReader reader(script);
    while (const auto instruction = reader.next()) {
        if (instruction->opcode > script::op_nop10) return false;
        if (instruction->data.size() > script::max_element_size) return false;
    }
    return reader.at_end();
}

/// Refuses to lose money in outputs that nobody can spend.
void check_burned(const Transaction& tx, Amount limit) {
    for (const auto& output : tx.outputs) {
        const ByteSpan script = output.script_pubkey.bytes();
        if (output.value > limit && (script::is_unspendable(script) || !is_runnable(script))) {
            throw Error{code::verify,
                        "Unspendable output exceeds maximum configured by user (maxburnamount)"};
        }
    }
}

[[noreturn]] void refuse(const mempool::Refused& refused) {
    const auto& rejection = refused.rejection;
    if (rejection.reason == consensus::Reason::max_fee_exceeded) {
        throw Error{code::verify,
                    "Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)"};
    }
    const bool missing = rejection.reason == consensus::Reason::inputs_missing_or_spent;
    throw Error{missing ? code::verify : code::verify_rejected, consensus::to_text(rejection)};
}

bool has_unspent_output(ledger::State& state, const SealedTransaction& tx) {
    for (std::uint32_t i = 0; i < tx.outputs.size(); ++i) {
        if (state.chain.coin({tx.txid, i})) return true;
    }
    return false;
}

Json sendrawtransaction(Call& call) {
    const auto tx = seal(decode_hex_transaction(call.string(0), no_transaction));
    const auto max_rate = max_fee_rate(call, 1);
    check_burned(*tx, call.has(2) ? to_amount(call.json(2)) : Amount{0});
    call.node().ledger.call([&](ledger::State& state) {
        if (has_unspent_output(state, *tx)) {
            throw Error{code::verify_already_in_chain, "Transaction outputs already in utxo set"};
        }
        if (state.mempool.contains(tx->txid)) return;
        mempool::AcceptOptions options;
        options.max_fee_rate = max_rate;
        if (const auto accepted = state.accept(tx, options); !accepted) refuse(accepted.error());
        state.mempool.add_unbroadcast(tx->txid);
    });
    call.node().peers.announce(tx->txid, tx->wtxid);
    return tx->txid.to_hex();
}

std::string short_reason(const mempool::Refused& refused) {
    if (refused.rejection.reason == consensus::Reason::inputs_missing_or_spent)
        return "missing-inputs";
    return consensus::reject_reason(refused.rejection);
}

Json fees_json(const mempool::Accepted& accepted, const SealedTransaction& tx) {
    Json fees = Json::object();
    fees.append("base", from_amount(accepted.fee));
    fees.append("effective-feerate", from_rate(FeeRate::of(accepted.fee, accepted.vsize)));
    Json includes = Json::array();
    includes.push(tx.wtxid.to_hex());
    fees.append("effective-includes", std::move(includes));
    return fees;
}

Json test_one(ledger::State& state, const TransactionRef& tx, std::optional<FeeRate> max_rate) {
    mempool::AcceptOptions options;
    options.test_only = true;
    if (max_rate) options.max_fee = max_rate->fee(tx->vsize());
    const auto accepted = state.accept(tx, options);
    Json out = Json::object();
    out.append("txid", tx->txid.to_hex());
    out.append("wtxid", tx->wtxid.to_hex());
    out.append("allowed", accepted.has_value());
    if (accepted) {
        out.append("vsize", accepted->vsize);
        out.append("fees", fees_json(*accepted, *tx));
    } else {
        out.append("reject-reason", short_reason(accepted.error()));
    }
    return out;
}

Json testmempoolaccept(Call& call) {
    const auto& given = call.json(0);
    if (given.empty() || given.size() > max_tested) {
        throw Error{code::invalid_parameter,
                    fmt::format("Array must contain between 1 and {} transactions.", max_tested)};
    }
    const auto max_rate = max_fee_rate(call, 1);
    std::vector<TransactionRef> transactions;
    for (const auto& hex : given.items()) {
        const auto message = fmt::format(
            "TX decode failed: {} Make sure the tx has at least one input.", to_text(hex));
        transactions.push_back(seal(decode_hex_transaction(to_text(hex), message)));
    }
    return call.node().ledger.call([&](ledger::State& state) {
        Json out = Json::array();
        for (const auto& tx : transactions)
            out.push(test_one(state, tx, max_rate));
        return out;
    });
}

}  // namespace

std::vector<Method> broadcast_methods() {
    return {
        {"Rawtransactions",
         "sendrawtransaction",
         "Puts a transaction into the mempool and announces it to all peers.",
         {{"hexstring", Type::hex, "", "The transaction"},
          {"maxfeerate", Type::amount, "0.10",
           "Refuse to pay more than this, in BTC/kvB; 0: pay anything"},
          {"maxburnamount", Type::amount, "0.00",
           "Refuse to lose more than this in outputs that cannot be spent"}},
         "txid",
         sendrawtransaction},
        {"Rawtransactions",
         "testmempoolaccept",
         "Tells whether the mempool would take each of these transactions now.",
         {{"rawtxs", Type::array, "", "Transactions in hex, at most 25"},
          {"maxfeerate", Type::amount, "0.10",
           "Refuse to pay more than this, in BTC/kvB; 0: pay anything"}},
         "for each transaction: allowed, and fees or the reject-reason",
         testmempoolaccept},
    };
}

}  // namespace daler::rpc
