// Which packages may replace transactions: those of a parent and a child without other unconfirmed
// relatives, if a block never earns less with them. Second part of PackageCheck.
#include "package_check.h"

#include <fmt/format.h>

#include <algorithm>

namespace daler::mempool {
namespace {

/// Compares what the first `vsize` virtual bytes of `chunks` pay with `fees`.
std::strong_ordering compare_first(const std::vector<Rate>& chunks, std::int64_t vsize,
                                   Amount fees) {
    for (const Rate& chunk : chunks) {
        if (vsize == 0) break;
        if (vsize < chunk.vsize) return chunk <=> Rate{fees, vsize};
        fees += -chunk.fee;
        vsize -= chunk.vsize;
    }
    return Amount{0} <=> fees;
}

/// True if `other` pays less (if `more`: more) than `chunks` at the end of one of them.
bool differs_at_an_end(const std::vector<Rate>& chunks, const std::vector<Rate>& other,
                       std::strong_ordering wanted) {
    Amount fees;
    std::int64_t vsize = 0;
    return std::ranges::any_of(chunks, [&](const Rate& chunk) {
        fees += chunk.fee;
        vsize += chunk.vsize;
        return compare_first(other, vsize, fees) == wanted;
    });
}

}  // namespace

bool improves_fee_rates(std::vector<Rate> before, std::vector<Rate> after) {
    std::ranges::sort(before, std::greater{});
    std::ranges::sort(after, std::greater{});
    constexpr auto less = std::strong_ordering::less, greater = std::strong_ordering::greater;
    // Between the ends of chunks the fees of both grow evenly, so it is enough to compare there.
    const bool is_worse =
        differs_at_an_end(before, after, less) || differs_at_an_end(after, before, greater);
    return !is_worse &&
           (differs_at_an_end(before, after, greater) || differs_at_an_end(after, before, less));
}

std::optional<std::string> cluster_error(const EntrySet& conflicts) {
    for (const Entry* conflict : conflicts) {
        const std::string id = conflict->txid().to_hex();
        const auto above = conflict->ancestors().count, below = conflict->descendants().count;
        if (above > 2) return fmt::format("{} has {} ancestors, max 1 allowed", id, above - 1);
        if (below > 2) return fmt::format("{} has {} descendants, max 1 allowed", id, below - 1);
        if (above > 1 && below > 1) {
            return fmt::format("{} has both ancestor and descendant, exceeding cluster limit of 2",
                               id);
        }
        if (below > 1) {
            const Entry* child = *conflict->children().begin();
            if (child->ancestors().count > 2)
                return fmt::format("{} is not the only parent of child {}", id,
                                   child->txid().to_hex());
        } else if (above > 1) {
            const Entry* parent = *conflict->parents().begin();
            if (parent->descendants().count > 2)
                return fmt::format("{} is not the only child of parent {}", id,
                                   parent->txid().to_hex());
        }
    }
    return std::nullopt;
}

std::vector<Rate> chunks_before(const std::vector<const Entry*>& replaced) {
    std::vector<Rate> chunks;
    for (const Entry* entry : replaced) {
        // A parent is counted with its child.
        if (entry->descendants().count > 1) continue;
        const Rate own{entry->modified_fee, entry->vsize};
        const Rate both{entry->ancestors().fee, entry->ancestors().vsize};
        if (entry->ancestors().count > 1 && own > both) {
            chunks.push_back(both);
            continue;
        }
        if (entry->ancestors().count > 1)
            chunks.push_back({both.fee - own.fee, both.vsize - own.vsize});
        chunks.push_back(own);
    }
    return chunks;
}

PackageCheck::Error PackageCheck::check_replacement() {
    EntrySet conflicts;
    for (const auto& admission : admissions_)
        conflicts.insert(admission.conflicts().begin(), admission.conflicts().end());
    if (conflicts.empty()) return std::nullopt;
    if (package_.size() != 2) return "package must be 1-parent-1-child";
    for (const auto& admission : admissions_)
        if (!admission.ancestors().empty()) return "new transaction cannot have mempool ancestors";
    if (auto error = too_many_replaced_error(package_.back()->txid, conflicts))
        return "too many potential replacements, " + *error;
    replaced_ = Pool::with_descendants(conflicts);
    return check_replacement_fees(conflicts);
}

PackageCheck::Error PackageCheck::check_replacement_fees(const EntrySet& conflicts) const {
    const FeeRate incremental = around_.rules.policy.incremental_relay_fee;
    if (auto error =
            replacement_fee_error(package_.back()->txid, fees_, vsize_, replaced_, incremental))
        return "insufficient anti-DoS fees, " + *error;
    // The child must pay for the parent, not only for the replacement.
    const Candidate& parent = entry(0);
    const FeeRate parent_rate = FeeRate::of(parent.modified_fee, parent.vsize);
    if (fee_rate() <= parent_rate) {
        return fmt::format(
            "package feerate is less than or equal to parent feerate, package feerate {} <= "
            "parent feerate is {}",
            rate_text(fee_rate()), rate_text(parent_rate));
    }
    if (auto error = cluster_error(conflicts)) return error;
    std::vector<Rate> after{{fees_, vsize_}};
    for (const Entry* conflict : conflicts) {
        if (conflict->parents().empty()) continue;
        const Entry* kept = *conflict->parents().begin();
        if (std::ranges::find(replaced_, kept) == replaced_.end())
            after.push_back({kept->modified_fee, kept->vsize});
    }
    if (improves_fee_rates(chunks_before(replaced_), std::move(after))) return std::nullopt;
    return "insufficient feerate: does not improve feerate diagram";
}

}  // namespace daler::mempool
