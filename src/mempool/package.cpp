// Several transactions judged together: a test that changes nothing, and acceptance.
#include "state.h"

#include <daler/policy/package.h>

#include <algorithm>

namespace daler::mempool {

using consensus::Reason;

namespace {

constexpr std::string_view transaction_failed = "transaction failed";

Accepted accepted_from(const Candidate& entry) {
    return {entry.fee, entry.modified_fee, entry.vsize, {}};
}

/// What is wrong with the form of a package that is to be accepted.
std::optional<std::string> form_error(Transactions package, const CoinView& chain) {
    if (const auto error = policy::package_error(package)) return std::string(*error);
    if (package.size() == 1) return std::nullopt;
    if (!policy::is_child_with_parents(package)) return "package-not-child-with-parents";
    const auto parents = package.first(package.size() - 1);
    const auto is_known = [&](const TxInput& input) {
        return std::ranges::any_of(parents,
                                   [&](const TransactionRef& parent) {
                                       return parent->txid == input.prevout.txid;
                                   }) ||
               chain.coin(input.prevout).has_value();
    };
    if (std::ranges::all_of(package.back()->inputs, is_known)) return std::nullopt;
    return "package-not-child-with-unconfirmed-parents";
}

/// True if a transaction that was refused alone may be accepted with others of its package.
bool may_pass_together(const Refused& refused) {
    return refused.may_pass_in_package || refused.reason() == Reason::inputs_missing_or_spent;
}

}  // namespace

PackageSurroundings Mempool::Impl::surroundings(Transactions package, BlockTime now) {
    std::vector<Amount> fee_deltas;
    for (const auto& tx : package)
        fee_deltas.push_back(delta_of(tx->txid));
    return {rules, pool, min_fee(now), std::move(fee_deltas)};
}

PackageResult Mempool::test_package(Transactions package, BlockTime now) {
    PackageResult out;
    out.results.resize(package.size());
    if (const auto error = policy::package_error(package)) {
        out.error = *error;
        return out;
    }
    AcceptOptions options;
    options.now = now;
    options.test_only = true;
    options.allow_replacement = false;
    PackageCheck check(impl_->surroundings(package, now), package, options, {});
    if (auto refusal = check.check_before_scripts()) {
        out.error = std::move(refusal->error);
        if (refusal->refused) out.results[refusal->index] = fail(std::move(*refusal->refused));
        return out;
    }
    for (std::size_t i = 0; i < package.size(); ++i) {
        if (auto refused = check.check_scripts(i)) {
            out.results[i] = fail(std::move(*refused));
            return out;
        }
        out.results[i] = accepted_from(check.entry(i));
    }
    return out;
}

PackageAccepted Mempool::accept_package(Transactions package, const AcceptOptions& given) {
    Impl& self = *impl_;
    PackageAccepted out;
    if (auto error = form_error(package, self.rules.chain)) {
        out.error = std::move(*error);
        return out;
    }
    AcceptOptions options;
    options.now = given.now;
    options.chain_offset = given.chain_offset;
    const InPackage settings{.max_fee_rate = given.max_fee_rate};

    std::vector<std::size_t> together;  // the numbers of those that were refused alone
    bool is_hopeless = false;
    for (std::size_t i = 0; i < package.size(); ++i) {
        out.members.push_back(self.accept_member(package[i], options, settings));
        const auto& result = out.members.back().result;
        if (result) continue;
        together.push_back(i);
        if (!may_pass_together(result.error())) is_hopeless = true;
    }
    if (!is_hopeless && together.size() > 1)
        self.accept_together(package, together, options, settings, out);
    else if (!together.empty())
        out.error = transaction_failed;

    self.expire(options.now);
    self.trim();
    for (std::size_t i = 0; i < package.size(); ++i) {
        auto& result = out.members[i].result;
        if (!result || self.pool.find(package[i]->txid)) continue;
        result = fail(Refused{{Reason::mempool_full, {}}, {}, false});
        out.error = transaction_failed;
    }
    return out;
}

PackageMember Mempool::Impl::accept_member(const TransactionRef& tx, const AcceptOptions& options,
                                           const InPackage& settings) {
    if (const Entry* known = pool.find(tx->txid)) {
        PackageMember member{Accepted{known->fee, known->modified_fee, known->vsize, {}}, true};
        if (known->wtxid() != tx->wtxid) member.other_wtxid = known->wtxid();
        return member;
    }
    Admission admission(rules, pool, tx, options, delta_of(tx->txid), min_fee(options.now),
                        settings);
    if (auto refused = admission.check()) return {fail(std::move(*refused))};
    Accepted accepted = accepted_from(admission.entry());
    accepted.replaced = replace(admission.replaced());
    // As in Bitcoin Core, what comes in a package is not counted for fee estimates.
    report_added(insert(admission.entry()), tx);
    return {std::move(accepted)};
}

void Mempool::Impl::accept_together(Transactions package, const std::vector<std::size_t>& numbers,
                                    const AcceptOptions& options, InPackage settings,
                                    PackageAccepted& out) {
    std::vector<TransactionRef> group;
    for (const auto number : numbers)
        group.push_back(package[number]);
    settings.shares_fees = true;
    PackageCheck check(surroundings(group, options.now), group, options, settings);
    auto refusal = check.check_before_scripts();
    for (std::size_t i = 0; i < group.size() && !refusal; ++i)
        if (auto refused = check.check_scripts(i))
            refusal = PackageRefusal{{}, i, std::move(*refused)};
    if (refusal) {
        out.error = refusal->error.empty() ? transaction_failed : std::move(refusal->error);
        if (refusal->refused)
            out.members[numbers[refusal->index]].result = fail(std::move(*refusal->refused));
        return;
    }
    FeeGroup fee_group{check.fee_rate(), {}};
    for (const auto& tx : group)
        fee_group.wtxids.push_back(tx->wtxid);
    auto replaced = replace(check.replaced());
    for (std::size_t i = 0; i < group.size(); ++i) {
        Accepted accepted = accepted_from(check.entry(i));
        accepted.replaced = std::exchange(replaced, {});
        accepted.fee_group = fee_group;
        out.members[numbers[i]].result = std::move(accepted);
        report_added(insert(check.entry(i)), group[i]);
    }
}

}  // namespace daler::mempool
