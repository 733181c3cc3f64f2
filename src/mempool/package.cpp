// Checks several transactions together, each as if those before it had been accepted.
#include "state.h"

#include <daler/policy/package.h>

#include <fmt/format.h>

#include <deque>

namespace daler::mempool {
namespace {

using Transactions = std::span<const TransactionRef>;

/// The limit that the package and its ancestors in the mempool would exceed, if any. Each
/// transaction counts as an ancestor and a descendant of the others. That may be too strict, but it
/// is fast.
std::optional<std::string> room_error(const Pool& pool, Transactions package, std::int64_t vsize,
                                      const Limits& limits) {
    const auto count = static_cast<std::int64_t>(package.size());
    const auto exceeds = [](std::string_view what, std::int64_t value, std::string_view whose,
                            std::int64_t limit) {
        return fmt::format("package {} {} exceeds {} limit [limit: {}]", what, value, whose, limit);
    };
    if (count > limits.ancestor_count)
        return exceeds("count", count, "ancestor count", limits.ancestor_count);
    if (count > limits.descendant_count)
        return exceeds("count", count, "descendant count", limits.descendant_count);
    if (vsize > limits.ancestor_vsize)
        return exceeds("size", vsize, "ancestor size", limits.ancestor_vsize);
    if (vsize > limits.descendant_vsize)
        return exceeds("size", vsize, "descendant size", limits.descendant_vsize);

    EntrySet parents;
    for (const auto& tx : package) {
        const auto found = pool.parents_of(*tx);
        parents.insert(found.begin(), found.end());
    }
    if (static_cast<std::int64_t>(parents.size()) + count > limits.ancestor_count)
        return fmt::format("too many unconfirmed parents [limit: {}]", limits.ancestor_count);
    const auto ancestors = ancestors_within(parents, vsize, limits, count);
    if (!ancestors) return "possibly " + ancestors.error();
    return std::nullopt;
}

/// Checks one transaction of the package against BIP 431.
consensus::Verdict check_truc(const Pool& pool, const Admission& admission, Transactions package) {
    std::vector<TransactionRef> ancestors;
    for (const Entry* ancestor : admission.ancestors())
        ancestors.push_back(pool.transaction(*ancestor));
    const bool has_child =
        !ancestors.empty() && admission.ancestors().front()->descendants().count > 1;
    const Candidate& entry = admission.entry();
    return policy::check_package_truc(*entry.tx, entry.vsize, package, ancestors, has_child);
}

Accepted accepted_from(const Candidate& entry) {
    return {entry.fee, entry.modified_fee, entry.vsize, {}};
}

}  // namespace

PackageResult Mempool::test_package(Transactions package, BlockTime now) {
    Impl& self = *impl_;
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

    PackageTransactions before;
    std::deque<Admission> admissions;  // a deque: its elements must not move
    std::int64_t vsize = 0;
    for (std::size_t i = 0; i < package.size(); ++i) {
        auto& admission =
            admissions.emplace_back(self.rules, self.pool, package[i], options,
                                    self.delta_of(package[i]->txid), self.min_fee(now), &before);
        if (auto refused = admission.check_before_scripts()) {
            out.results[i] = fail(std::move(*refused));
            return out;
        }
        vsize += admission.entry().vsize;
        before.emplace(package[i]->txid, package[i]);
    }
    for (const auto& admission : admissions) {
        if (const auto verdict = check_truc(self.pool, admission, package); !verdict) {
            out.error = consensus::to_text(verdict.error());
            return out;
        }
    }
    if (package.size() > 1) {
        if (const auto error = room_error(self.pool, package, vsize, self.rules.limits)) {
            out.error = "package-mempool-limits, " + *error;
            return out;
        }
    }
    for (std::size_t i = 0; i < package.size(); ++i) {
        if (auto refused = admissions[i].check_only_scripts()) {
            out.results[i] = fail(std::move(*refused));
            return out;
        }
        out.results[i] = accepted_from(admissions[i].entry());
    }
    return out;
}

}  // namespace daler::mempool
