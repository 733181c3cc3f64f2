// What a payment that spends unconfirmed outputs pays for the transactions before it.
#include "state.h"

#include <algorithm>

namespace daler::mempool {
namespace {

/// More relatives than this are not looked at: the time grows with the square of their number.
constexpr std::size_t max_relatives = 500;

/// The relatives of some transactions, from which a miner takes what is worth a rate.
class Family {
public:
    /// `start` and everything that is connected with them, but not `gone`. If that is too much,
    /// `start` and their ancestors: then children that pay for them are not seen.
    Family(const EntrySet& start, const EntryHashSet& gone) {
        std::vector<const Entry*> queue(start.begin(), start.end());
        for (std::size_t i = 0; i < queue.size() && left_.size() <= max_relatives; ++i) {
            const Entry* entry = queue[i];
            if (gone.contains(entry) || left_.contains(entry)) continue;
            left_.emplace(entry, entry->ancestors());
            queue.insert(queue.end(), entry->parents().begin(), entry->parents().end());
            queue.insert(queue.end(), entry->children().begin(), entry->children().end());
        }
        if (left_.size() <= max_relatives) return;
        left_.clear();
        for (const Entry* entry : Pool::with_ancestors(start))
            left_.emplace(entry, entry->ancestors());
    }

    /// Takes transactions with their ancestors, the best first, while they pay at least `rate`.
    void mine(FeeRate rate) {
        while (!left_.empty()) {
            const auto best = std::ranges::max_element(left_, {}, [](const auto& item) {
                const auto& [entry, sums] = item;
                return mining_rate(entry->modified_fee, entry->vsize, sums);
            });
            if (best->second.fee < rate.fee(best->second.vsize)) return;
            for (const Entry* taken : remaining_ancestors({best->first}))
                take(*taken);
        }
    }

    /// Those of `entries` and their ancestors that were not taken.
    [[nodiscard]] std::vector<const Entry*> remaining_ancestors(const EntrySet& entries) const {
        auto out = Pool::with_ancestors(entries);
        std::erase_if(out, [this](const Entry* entry) { return !left_.contains(entry); });
        return out;
    }

private:
    void take(const Entry& entry) {
        left_.erase(&entry);
        for (const Entry* below : Pool::descendants(entry))
            if (const auto found = left_.find(below); found != left_.end())
                found->second.add(entry.own(), -1);
    }

    /// With the sums over what is left of their ancestors, themselves included.
    boost::unordered_flat_map<const Entry*, Totals> left_;
};

/// What is missing to the rate for `entries` together.
Amount missing_fee(const std::vector<const Entry*>& entries, FeeRate rate) {
    Totals sums;
    for (const Entry* entry : entries)
        sums.add(entry->own());
    return std::max(Amount{0}, rate.fee(sums.vsize) - sums.fee);
}

}  // namespace

BumpFees Mempool::bump_fees(std::span<const OutPoint> outputs, FeeRate rate) const {
    EntrySet sources, spenders;
    for (const auto& output : outputs) {
        if (const Entry* source = impl_->pool.find(output.txid)) sources.insert(source);
        if (const Entry* spender = impl_->pool.spender(output)) spenders.insert(spender);
    }
    const auto replaced = Pool::with_descendants(spenders);
    Family family(sources, EntryHashSet(replaced.begin(), replaced.end()));
    family.mine(rate);
    BumpFees out;
    for (const auto& output : outputs) {
        const Entry* source = impl_->pool.find(output.txid);
        out.each[output] =
            source ? missing_fee(family.remaining_ancestors({source}), rate) : Amount{0};
    }
    out.together = missing_fee(family.remaining_ancestors(sources), rate);
    return out;
}

}  // namespace daler::mempool
