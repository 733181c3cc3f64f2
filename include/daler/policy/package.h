#pragma once

#include <daler/policy/policy.h>

#include <optional>
#include <span>
#include <string_view>

namespace daler::policy {

inline constexpr std::size_t max_package_count = 25;         ///< transactions
inline constexpr std::int64_t max_package_weight = 404'000;  ///< of two or more together

/// The transactions of `package` whose outputs `tx` spends, in the package's order.
[[nodiscard]] std::vector<TransactionRef> parents_in_package(
    const SealedTransaction& tx, std::span<const TransactionRef> package);

/// Why these transactions are not a valid package, in Bitcoin Core's words: too many, too large
/// together, a duplicate, a child before its parent, or two that spend the same coin. Nothing if
/// they are valid.
[[nodiscard]] std::optional<std::string_view> package_error(
    std::span<const TransactionRef> package);

/// True for two or more transactions of which the last one spends outputs of all others.
[[nodiscard]] bool is_child_with_parents(std::span<const TransactionRef> package);
/// The same, and no parent spends an output of another one.
[[nodiscard]] bool is_child_with_parents_tree(std::span<const TransactionRef> package);

/// The rules of BIP 431 if relatives of `tx` may be in `package` too. `unconfirmed_ancestors` are
/// those of `tx` in the mempool; `parent_has_other_child`: the one among them has a child there
/// already. Call it for each transaction of the package that check_truc has accepted alone.
[[nodiscard]] Verdict check_package_truc(const SealedTransaction& tx, std::int64_t vsize,
                                         std::span<const TransactionRef> package,
                                         std::span<const TransactionRef> unconfirmed_ancestors,
                                         bool parent_has_other_child);

}  // namespace daler::policy
