#include <daler/policy/policy.h>

#include <fmt/format.h>

namespace daler::policy {
namespace {

using consensus::Reason;
using consensus::reject;

std::string id(const SealedTransaction& tx) {
    return fmt::format("tx {} (wtxid={})", tx.txid.to_hex(), tx.wtxid.to_hex());
}

Verdict refuse(std::string detail) {
    return reject(Reason::truc_violation, std::move(detail));
}

}  // namespace

Verdict check_truc(const SealedTransaction& tx, std::int64_t vsize,
                   std::span<const TransactionRef> unconfirmed_ancestors,
                   bool parent_has_other_child) {
    const bool restricted = tx.version == truc_version;
    for (const auto& ancestor : unconfirmed_ancestors) {
        if ((ancestor->version == truc_version) == restricted) continue;
        return refuse(restricted ? fmt::format("version=3 {} cannot spend from non-version=3 {}",
                                               id(tx), id(*ancestor))
                                 : fmt::format("non-version=3 {} cannot spend from version=3 {}",
                                               id(tx), id(*ancestor)));
    }
    if (!restricted) return {};
    if (vsize > truc_max_vsize) {
        return refuse(fmt::format("version=3 {} is too big: {} > {} virtual bytes", id(tx), vsize,
                                  truc_max_vsize));
    }
    if (unconfirmed_ancestors.empty()) return {};
    if (unconfirmed_ancestors.size() > 1)
        return refuse(fmt::format("{} would have too many ancestors", id(tx)));
    if (vsize > truc_child_max_vsize) {
        return refuse(fmt::format("version=3 child {} is too big: {} > {} virtual bytes", id(tx),
                                  vsize, truc_child_max_vsize));
    }
    if (parent_has_other_child) {
        return refuse(fmt::format("{} would exceed descendant count limit",
                                  id(*unconfirmed_ancestors.front())));
    }
    return {};
}

}  // namespace daler::policy
