// Which transactions may replace others: BIP 125 and, for version 3, BIP 431. Second part of
// Admission.
#include "admission.h"

#include <fmt/format.h>

#include <algorithm>

namespace daler::mempool {

using namespace consensus;

std::string rate_text(FeeRate rate) {
    return rate.per_kvb.to_text() + " BTC/kvB";
}

std::optional<std::string> too_many_replaced_error(const Txid& id, const EntrySet& conflicts) {
    std::int64_t count = 0;
    for (const Entry* conflict : conflicts)
        count += conflict->descendants().count;
    if (count <= max_replaced) return std::nullopt;
    return fmt::format("rejecting replacement {}; too many potential replacements ({} > {})",
                       id.to_hex(), count, max_replaced);
}

std::optional<std::string> replacement_fee_error(const Txid& id, Amount fees, std::int64_t vsize,
                                                 std::span<const Entry* const> replaced,
                                                 FeeRate incremental) {
    Amount old;
    for (const Entry* entry : replaced)
        old += entry->modified_fee;
    if (fees < old) {
        return fmt::format("rejecting replacement {}, less fees than conflicting txs; {} < {}",
                           id.to_hex(), fees.to_short_text(), old.to_short_text());
    }
    // They must also pay for their own relay, in addition to the fees of the replaced ones.
    const Amount extra = fees - old;
    const Amount wanted = incremental.fee(vsize);
    if (extra >= wanted) return std::nullopt;
    return fmt::format("rejecting replacement {}, not enough additional fees to relay; {} < {}",
                       id.to_hex(), extra.to_short_text(), wanted.to_short_text());
}

bool Admission::may_evict_sibling() const {
    return options_.allow_replacement && !(package_ && package_->before);
}

Verdict Admission::check_truc() {
    std::vector<TransactionRef> ancestors;
    for (const Entry* ancestor : ancestors_)
        ancestors.push_back(pool_.transaction(*ancestor));
    if (tx_->version != policy::truc_version || ancestors.size() != 1)
        return policy::check_truc(*tx_, entry_.vsize, ancestors, false);

    // The parent may have only one child, which this one may replace.
    const Entry& parent = *ancestors_[0];
    const bool child_leaves = std::ranges::any_of(
        parent.children(), [&](const Entry* child) { return conflicts_.contains(child); });
    if (parent.descendants().count < 2 || child_leaves)
        return policy::check_truc(*tx_, entry_.vsize, ancestors, false);
    const Entry* sibling = *parent.children().begin();
    // After a reorganisation there can be more: then it is not clear which one to replace.
    const bool replaceable =
        may_evict_sibling() && parent.descendants().count == 2 && sibling->ancestors().count == 2;
    if (auto verdict = policy::check_truc(*tx_, entry_.vsize, ancestors, !replaceable); !verdict)
        return verdict;
    conflicts_.insert(sibling);
    evicts_sibling_ = true;
    return {};
}

Verdict Admission::refuse_replacement(Reason reason, std::string why) const {
    return reject(reason, (evicts_sibling_ ? "(including sibling eviction), " : "") + why);
}

Verdict Admission::check_replacement() {
    if (conflicts_.empty()) return {};
    const std::string id = tx_->txid.to_hex();

    // It must pay a higher fee rate than each entry that it conflicts with.
    const FeeRate rate = FeeRate::of(entry_.modified_fee, entry_.vsize);
    for (const Entry* conflict : conflicts_) {
        const FeeRate old = FeeRate::of(conflict->modified_fee, conflict->vsize);
        if (rate > old) continue;
        return refuse_replacement(
            Reason::insufficient_fee,
            fmt::format("rejecting replacement {}; new feerate {} <= old feerate {}", id,
                        rate_text(rate), rate_text(old)));
    }
    if (auto error = too_many_replaced_error(tx_->txid, conflicts_))
        return refuse_replacement(Reason::too_many_replacements, std::move(*error));
    replaced_ = Pool::with_descendants(conflicts_);

    // It may spend outputs of unconfirmed transactions only if its direct conflicts spend from
    // them, too.
    EntrySet known;
    for (const Entry* conflict : conflicts_)
        known.insert(conflict->parents().begin(), conflict->parents().end());
    for (std::size_t i = 0; i < tx_->inputs.size(); ++i) {
        const Entry* parent = pool_.find(tx_->inputs[i].prevout.txid);
        if (!parent || known.contains(parent)) continue;
        return reject(Reason::replacement_adds_unconfirmed,
                      fmt::format("replacement {} adds unconfirmed input, idx {}", id, i));
    }
    auto error = replacement_fee_error(tx_->txid, entry_.modified_fee, entry_.vsize, replaced_,
                                       rules_.policy.incremental_relay_fee);
    if (error) return refuse_replacement(Reason::insufficient_fee, std::move(*error));
    return {};
}

}  // namespace daler::mempool
