#include "rpc/rawtransactions/methods.h"
#include "rpc/transaction_arguments.h"

#include <daler/ledger/ledger.h>
#include <daler/policy/package.h>
#include <daler/rpc/values.h>
#include <daler/sync/peer_service.h>

#include <fmt/format.h>

#include <set>

namespace daler::rpc {
namespace {

void check_count(const Json& given, std::size_t least) {
    if (given.size() >= least && given.size() <= policy::max_package_count) return;
    throw Error{code::invalid_parameter,
                fmt::format("Array must contain between {} and {} transactions.", least,
                            policy::max_package_count)};
}

TransactionRef decode_member(const Json& hex) {
    const auto message =
        fmt::format("TX decode failed: {} Make sure the tx has at least one input.", to_text(hex));
    return seal(decode_hex_transaction(to_text(hex), message));
}

std::string short_reason(const mempool::Refused& refused) {
    if (refused.rejection.reason == consensus::Reason::inputs_missing_or_spent)
        return "missing-inputs";
    return consensus::reject_reason(refused.rejection);
}

Json fees_json(const mempool::Accepted& accepted, const SealedTransaction& tx) {
    const auto& group = accepted.fee_group;
    const auto rate = group ? group->rate : FeeRate::of(accepted.modified_fee, accepted.vsize);
    Json includes = Json::array();
    for (const auto& wtxid : group ? group->wtxids : std::vector{tx.wtxid})
        includes.push(wtxid.to_hex());
    Json fees = Json::object();
    fees.append("base", from_amount(accepted.fee));
    fees.append("effective-feerate", from_rate(rate));
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

Json member_json(const mempool::PackageMember& member, const SealedTransaction& tx) {
    Json out = Json::object();
    out.append("txid", tx.txid.to_hex());
    if (!member.result) {
        out.append("error", consensus::to_text(member.result.error().rejection));
    } else if (member.other_wtxid) {
        out.append("other-wtxid", member.other_wtxid->to_hex());
    } else {
        out.append("vsize", member.result->vsize);
        if (member.was_known) {
            Json fees = Json::object();
            fees.append("base", from_amount(member.result->fee));
            out.append("fees", std::move(fees));
        } else {
            out.append("fees", fees_json(*member.result, tx));
        }
    }
    return out;
}

Json package_json(const mempool::PackageAccepted& accepted,
                  const std::vector<TransactionRef>& package) {
    Json results = Json::object();
    std::set<Txid> replaced;
    for (std::size_t i = 0; i < accepted.members.size(); ++i) {
        const auto& member = accepted.members[i];
        results.append(package[i]->wtxid.to_hex(), member_json(member, *package[i]));
        if (!member.result) continue;
        for (const auto& tx : member.result->replaced)
            replaced.insert(tx->txid);
    }
    Json replaced_ids = Json::array();
    for (const auto& txid : replaced)
        replaced_ids.push(txid.to_hex());
    Json out = Json::object();
    out.append("package_msg", accepted.error.empty() ? "success" : accepted.error);
    out.append("tx-results", std::move(results));
    out.append("replaced-transactions", std::move(replaced_ids));
    return out;
}

/// Marks what was accepted, so that it is announced until a peer requests it. Returns what the
/// mempool had before: only new ones are announced when they enter. The copy there may have another
/// witness, and peers can request only that one.
std::vector<TransactionRef> mark_new(ledger::State& state, const mempool::PackageAccepted& accepted,
                                     const std::vector<TransactionRef>& package) {
    std::vector<TransactionRef> known;
    for (std::size_t i = 0; i < accepted.members.size(); ++i) {
        const auto& member = accepted.members[i];
        if (!member.result) continue;
        if (member.was_known)
            known.push_back(state.mempool.find(package[i]->txid));
        else
            state.mempool.add_unbroadcast(package[i]->txid);
    }
    return known;
}

}  // namespace

Json testmempoolaccept(Call& call) {
    const auto& given = call.json(0);
    check_count(given, 1);
    const auto max_rate = max_fee_rate(call, 1);
    std::vector<TransactionRef> transactions;
    for (const auto& hex : given.items())
        transactions.push_back(decode_member(hex));
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

Json submitpackage(Call& call) {
    const auto& given = call.json(0);
    check_count(given, 2);
    mempool::AcceptOptions options;
    options.max_fee_rate = max_fee_rate(call, 1);
    const Amount max_burned = call.has(2) ? to_amount(call.json(2)) : Amount{0};
    std::vector<TransactionRef> package;
    for (const auto& hex : given.items()) {
        package.push_back(decode_member(hex));
        check_burned(*package.back(), max_burned);
    }
    if (!policy::is_child_with_parents_tree(package)) {
        throw Error{code::verify,
                    "package topology disallowed. not child-with-parents or parents depend on each "
                    "other."};
    }
    std::vector<TransactionRef> known;
    const auto accepted = call.node().ledger.call([&](ledger::State& state) {
        auto out = state.accept_package(package, options);
        known = mark_new(state, out, package);
        return out;
    });
    for (const auto& tx : known)
        call.node().peers.announce(tx->txid, tx->wtxid);
    return package_json(accepted, package);
}

}  // namespace daler::rpc
