#include "package_check.h"

#include <daler/policy/package.h>

#include <fmt/format.h>

namespace daler::mempool {

using consensus::Reason;

namespace {

/// Checks one transaction of the package against BIP 431.
consensus::Verdict check_member_truc(const Pool& pool, const Admission& admission,
                                     Transactions package) {
    std::vector<TransactionRef> ancestors;
    for (const Entry* ancestor : admission.ancestors())
        ancestors.push_back(pool.transaction(*ancestor));
    const bool has_child =
        !ancestors.empty() && admission.ancestors().front()->descendants().count > 1;
    const Candidate& entry = admission.entry();
    return policy::check_package_truc(*entry.tx, entry.vsize, package, ancestors, has_child);
}

/// The limit that the package alone exceeds, if any.
std::optional<std::string> size_error(std::int64_t count, std::int64_t vsize,
                                      const Limits& limits) {
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
    return std::nullopt;
}

}  // namespace

PackageCheck::PackageCheck(PackageSurroundings surroundings, Transactions package,
                           const AcceptOptions& options, InPackage settings)
    : around_(std::move(surroundings)), package_(package), options_(options), settings_(settings) {
    settings_.before = &before_;
}

std::optional<PackageRefusal> PackageCheck::check_before_scripts() {
    if (auto refusal = check_each()) return refusal;
    if (auto error = check_truc()) return PackageRefusal{std::move(*error)};
    if (settings_.shares_fees) {
        if (auto refusal = check_shared_fees()) return refusal;
    }
    if (package_.size() > 1) {
        if (auto error = check_room())
            return PackageRefusal{"package-mempool-limits, " + std::move(*error)};
    }
    if (auto error = check_replacement())
        return PackageRefusal{"package RBF failed: " + std::move(*error)};
    return std::nullopt;
}

std::optional<PackageRefusal> PackageCheck::check_each() {
    for (std::size_t i = 0; i < package_.size(); ++i) {
        auto& admission =
            admissions_.emplace_back(around_.rules, around_.pool, package_[i], options_,
                                     around_.fee_deltas[i], around_.min_fee, settings_);
        if (auto refused = admission.check_before_scripts())
            return PackageRefusal{{}, i, std::move(*refused)};
        fees_ += admission.entry().modified_fee;
        vsize_ += admission.entry().vsize;
        before_.emplace(package_[i]->txid, package_[i]);
    }
    return std::nullopt;
}

PackageCheck::Error PackageCheck::check_truc() const {
    for (const auto& admission : admissions_)
        if (const auto verdict = check_member_truc(around_.pool, admission, package_); !verdict)
            return consensus::to_text(verdict.error());
    return std::nullopt;
}

std::optional<PackageRefusal> PackageCheck::check_shared_fees() const {
    const auto check = [&](FeeRate rate, Reason reason) -> std::optional<PackageRefusal> {
        const Amount wanted = rate.fee(vsize_);
        if (fees_ >= wanted) return std::nullopt;
        auto detail = fmt::format("{} < {}", fees_.satoshis(), wanted.satoshis());
        Refused refused{{reason, std::move(detail)}, {}, false, true};
        return PackageRefusal{{}, package_.size() - 1, std::move(refused)};
    };
    if (auto refusal = check(around_.min_fee, Reason::mempool_min_fee)) return refusal;
    return check(around_.rules.policy.min_relay_fee, Reason::min_relay_fee);
}

/// The limit that the package and its ancestors in the mempool would exceed, if any. Each
/// transaction counts as an ancestor and a descendant of the others. That may be too strict, but it
/// is fast.
PackageCheck::Error PackageCheck::check_room() const {
    const Limits& limits = around_.rules.limits;
    const auto count = static_cast<std::int64_t>(package_.size());
    if (auto error = size_error(count, vsize_, limits)) return error;
    EntrySet parents;
    for (const auto& tx : package_) {
        const auto found = around_.pool.parents_of(*tx);
        parents.insert(found.begin(), found.end());
    }
    if (static_cast<std::int64_t>(parents.size()) + count > limits.ancestor_count)
        return fmt::format("too many unconfirmed parents [limit: {}]", limits.ancestor_count);
    const auto ancestors = ancestors_within(parents, vsize_, limits, count);
    if (!ancestors) return "possibly " + ancestors.error();
    return std::nullopt;
}

}  // namespace daler::mempool
