#include <daler/policy/package.h>

#include <algorithm>
#include <set>

namespace daler::policy {
namespace {

using consensus::Reason;

bool spends(const SealedTransaction& tx, const SealedTransaction& parent) {
    return std::ranges::any_of(
        tx.inputs, [&](const TxInput& input) { return input.prevout.txid == parent.txid; });
}

/// True if no transaction spends an output of one that comes later (or of itself).
bool is_sorted(std::span<const TransactionRef> package, std::set<Txid> later) {
    for (const auto& tx : package) {
        for (const auto& input : tx->inputs)
            if (later.contains(input.prevout.txid)) return false;
        later.erase(tx->txid);
    }
    return true;
}

/// True if no two transactions spend the same coin. Another check finds one that spends a coin
/// twice.
bool is_consistent(std::span<const TransactionRef> package) {
    std::set<OutPoint> spent;
    for (const auto& tx : package) {
        if (tx->inputs.empty()) return false;
        for (const auto& input : tx->inputs)
            if (spent.contains(input.prevout)) return false;
        for (const auto& input : tx->inputs)
            spent.insert(input.prevout);
    }
    return true;
}

std::string id(const SealedTransaction& tx) {
    return "tx " + tx.txid.to_hex() + " (wtxid=" + tx.wtxid.to_hex() + ")";
}

Verdict refuse(std::string detail) {
    return consensus::reject(Reason::truc_violation, std::move(detail));
}

}  // namespace

std::vector<TransactionRef> parents_in_package(const SealedTransaction& tx,
                                               std::span<const TransactionRef> package) {
    std::vector<TransactionRef> out;
    std::ranges::copy_if(package, std::back_inserter(out),
                         [&](const TransactionRef& other) { return spends(tx, *other); });
    return out;
}

std::optional<std::string_view> package_error(std::span<const TransactionRef> package) {
    if (package.size() > max_package_count) return "package-too-many-transactions";
    std::int64_t weight = 0;
    std::set<Txid> ids;
    for (const auto& tx : package) {
        weight += tx->weight();
        ids.insert(tx->txid);
    }
    // A single transaction has its own limit.
    if (package.size() > 1 && weight > max_package_weight) return "package-too-large";
    if (ids.size() != package.size()) return "package-contains-duplicates";
    if (!is_sorted(package, std::move(ids))) return "package-not-sorted";
    if (!is_consistent(package)) return "conflict-in-package";
    return std::nullopt;
}

bool is_child_with_parents(std::span<const TransactionRef> package) {
    return package.size() >= 2 && std::ranges::all_of(package.first(package.size() - 1),
                                                      [&](const TransactionRef& parent) {
                                                          return spends(*package.back(), *parent);
                                                      });
}

bool is_child_with_parents_tree(std::span<const TransactionRef> package) {
    if (!is_child_with_parents(package)) return false;
    const auto parents = package.first(package.size() - 1);
    return std::ranges::all_of(parents, [&](const TransactionRef& parent) {
        return parents_in_package(*parent, parents).empty();
    });
}

Verdict check_package_truc(const SealedTransaction& tx, std::int64_t vsize,
                           std::span<const TransactionRef> package,
                           std::span<const TransactionRef> unconfirmed_ancestors,
                           bool parent_has_other_child) {
    std::vector<TransactionRef> ancestors(unconfirmed_ancestors.begin(),
                                          unconfirmed_ancestors.end());
    const auto parents = parents_in_package(tx, package);
    ancestors.insert(ancestors.end(), parents.begin(), parents.end());
    // If tx has version 3, a second ancestor of any version is too many.
    if (tx.version == truc_version && ancestors.size() > 1)
        return refuse(id(tx) + " would have too many ancestors");
    if (auto verdict = check_truc(tx, vsize, ancestors, false); !verdict) return verdict;
    if (tx.version != truc_version || ancestors.empty()) return {};

    const auto& parent = *ancestors.front();
    for (const auto& other : package) {
        if (other->txid == tx.txid) continue;
        if (spends(*other, parent))
            return refuse(id(parent) + " would exceed descendant count limit");
        if (spends(*other, tx)) return refuse(id(*other) + " would have too many ancestors");
    }
    if (parent_has_other_child) return refuse(id(parent) + " would exceed descendant count limit");
    return {};
}

}  // namespace daler::policy
