#include "rpc/rawtransactions/methods.h"
#include "rpc/transaction_arguments.h"

#include <daler/ledger/ledger.h>
#include <daler/rpc/values.h>
#include <daler/script/standard.h>
#include <daler/sync/peer_service.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

constexpr std::string_view no_transaction =
    "TX decode failed. Make sure the tx has at least one input.";

constexpr std::size_t max_tested = 25;

/// Throws if an unspendable output has more than `limit`.
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
    for (std::uint32_t i = 0; i < tx.outputs.size(); ++i)
        if (state.chain.coin({tx.txid, i})) return true;
    return false;
}

std::string short_reason(const mempool::Refused& refused) {
    if (refused.rejection.reason == consensus::Reason::inputs_missing_or_spent)
        return "missing-inputs";
    return consensus::reject_reason(refused.rejection);
}

Json fees_json(const mempool::Accepted& accepted, const SealedTransaction& tx) {
    Json fees = Json::object();
    fees.append("base", from_amount(accepted.fee));
    fees.append("effective-feerate", from_rate(FeeRate::of(accepted.modified_fee, accepted.vsize)));
    Json includes = Json::array();
    includes.push(tx.wtxid.to_hex());
    fees.append("effective-includes", std::move(includes));
    return fees;
}

mempool::PackageResult test_all(ledger::State& state,
                                const std::vector<TransactionRef>& transactions) {
    if (transactions.size() > 1) return state.mempool.test_package(transactions, state.clock.now());
    mempool::AcceptOptions options;
    options.test_only = true;
    mempool::PackageResult out;
    out.results.emplace_back(state.accept(transactions.front(), options));
    return out;
}

/// Adds the verdict on `tx` to its answer; false if it pays more than `max_rate` allows.
bool append_verdict(Json& out, const SealedTransaction& tx, const mempool::AcceptResult& result,
                    std::optional<FeeRate> max_rate) {
    const bool too_much = result && max_rate && result->fee > max_rate->fee(result->vsize);
    out.append("allowed", result && !too_much);
    if (too_much) {
        out.append("reject-reason", "max-fee-exceeded");
    } else if (result) {
        out.append("vsize", result->vsize);
        out.append("fees", fees_json(*result, tx));
    } else {
        out.append("reject-reason", short_reason(result.error()));
    }
    return !too_much;
}

}  // namespace

Json sendrawtransaction(Call& call) {
    const auto tx = seal(decode_hex_transaction(call.string(0), no_transaction));
    const auto max_rate = max_fee_rate(call, 1);
    check_burned(*tx, call.has(2) ? to_amount(call.json(2)) : Amount{0});
    const auto known = call.node().ledger.call([&](ledger::State& state) {
        if (auto same = state.mempool.find(tx->txid)) return same;
        mempool::AcceptOptions options;
        options.max_fee_rate = max_rate;
        if (const auto accepted = state.accept(tx, options); !accepted) {
            // The inputs of a confirmed transaction are spent, so only a refused one can be one.
            if (has_unspent_output(state, *tx)) {
                throw Error{code::verify_already_in_chain,
                            "Transaction outputs already in utxo set"};
            }
            refuse(accepted.error());
        }
        state.mempool.add_unbroadcast(tx->txid);
        return TransactionRef{};
    });
    // A new one is announced when it enters the mempool. The one in the mempool may have another
    // witness. Peers can request only that one.
    if (known) call.node().peers.announce(known->txid, known->wtxid);
    return tx->txid.to_hex();
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
    const auto judged = call.node().ledger.call(
        [&](ledger::State& state) { return test_all(state, transactions); });
    Json out = Json::array();
    bool has_verdict = true;
    for (std::size_t i = 0; i < transactions.size(); ++i) {
        const auto& tx = *transactions[i];
        Json entry = Json::object();
        entry.append("txid", tx.txid.to_hex());
        entry.append("wtxid", tx.wtxid.to_hex());
        if (!judged.error.empty()) entry.append("package-error", judged.error);
        // A transaction that pays too much is not accepted, so the later ones have no verdict.
        if (has_verdict && judged.results[i])
            has_verdict = append_verdict(entry, tx, *judged.results[i], max_rate);
        out.push(std::move(entry));
    }
    return out;
}

}  // namespace daler::rpc
