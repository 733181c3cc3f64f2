#pragma once

#include <daler/policy/policy.h>

#include <optional>
#include <span>
#include <string_view>

namespace daler::policy {

inline constexpr std::size_t max_package_count = 25;         ///< transactions
inline constexpr std::int64_t max_package_weight = 404'000;  ///< of all together, if there are two

/// The transactions of `package` whose outputs `tx` spends, in the package's order.
[[nodiscard]] std::vector<TransactionRef> parents_in_package(
    const SealedTransaction& tx, std::span<const TransactionRef> package);

/// Why these transactions cannot be judged as one package, in the words of the reference: there are
/// too many, they are too large, one comes twice, a child stands before its parent, two spend the
/// same coin. Nothing if they can.
[[nodiscard]] std::optional<std::string_view> package_error(
    std::span<const TransactionRef> package);

/// BIP 431 where relatives may be in `package`, too. `unconfirmed_ancestors` are those of `tx` in
/// the mempool; `parent_has_other_child`: the one among them has a child there already. For every
/// transaction of the package, after check_truc found nothing against it alone.
[[nodiscard]] Verdict check_package_truc(const SealedTransaction& tx, std::int64_t vsize,
                                         std::span<const TransactionRef> package,
                                         std::span<const TransactionRef> unconfirmed_ancestors,
                                         bool parent_has_other_child);

}  // namespace daler::policy
