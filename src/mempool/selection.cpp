#include "selection.h"

#include <daler/consensus/check_transaction.h>

#include <algorithm>

namespace daler::mempool {
namespace {

// When the block is this close to its limit, the search ends after so many misses in a row.
constexpr int max_misses = 1000;
constexpr std::int64_t close_to_limit = 4000;  // weight units

// An entry with ancestors that are in the block already, and the totals without them.
struct Remaining {
    const Entry* entry;
    Totals package;

    [[nodiscard]] Rate rate() const {
        return mining_rate(entry->modified_fee, entry->vsize, package);
    }
};

struct ByRate {
    bool operator()(const Remaining& a, const Remaining& b) const {
        const auto order = a.rate() <=> b.rate();
        if (order != 0) return order > 0;
        return a.entry->txid() < b.entry->txid();
    }
};

bool has_relatives(const Entry& entry) {
    return entry.ancestors().count > 1 || entry.descendants().count > 1;
}

class Selection {
public:
    Selection(const Pool& pool, const BlockSpace& space) : pool_(pool), space_(space) {}

    std::vector<Selected> run() {
        const auto& best = pool_.entries().get<tags::ancestor_score>();
        auto next = best.begin();
        int misses = 0;
        while (next != best.end() || !remaining_.empty()) {
            if (next != best.end() && is_done(*next)) {
                ++next;
                continue;
            }
            const bool from_remaining =
                !remaining_.empty() &&
                (next == best.end() || ByRate{}(*remaining_.begin(), {&*next, next->ancestors()}));
            const Remaining candidate =
                from_remaining ? *remaining_.begin() : Remaining{&*next, next->ancestors()};
            // The other candidates pay no more.
            if (candidate.package.fee < space_.min_feerate.fee(candidate.package.vsize)) break;
            if (from_remaining) {
                remaining_.erase(remaining_.begin());
                changed_.erase(candidate.entry);
            } else {
                ++next;
            }
            if (!fits(candidate.package) || !take(*candidate.entry)) {
                if (has_relatives(*candidate.entry)) failed_.insert(candidate.entry);
                if (++misses > max_misses && weight_ > space_.max_weight - close_to_limit) break;
                continue;
            }
            misses = 0;
        }
        return std::move(chosen_);
    }

private:
    // Entries with a changed package are found in `remaining_` instead. An entry without relatives
    // is met only once.
    [[nodiscard]] bool is_done(const Entry& entry) const {
        return has_relatives(entry) &&
               (taken_.contains(&entry) || failed_.contains(&entry) || changed_.contains(&entry));
    }

    [[nodiscard]] bool fits(const Totals& package) const {
        return weight_ + consensus::witness_scale_factor * package.vsize < space_.max_weight &&
               sigop_cost_ + package.sigop_cost < space_.max_sigop_cost;
    }

    [[nodiscard]] bool is_final(const Entry& entry) const {
        return entry.packed().lock_time() == 0 ||
               consensus::is_final(*pool_.transaction_once(entry), space_.height, space_.time);
    }

    // Takes an entry and its ancestors that are not in the block yet; false if one of them is not
    // final.
    bool take(const Entry& entry) {
        if (!has_relatives(entry)) {
            if (!is_final(entry)) return false;
            add(entry);
            return true;
        }
        std::vector<const Entry*> package{&entry};
        for (const Entry* ancestor : Pool::ancestors(entry))
            if (!taken_.contains(ancestor)) package.push_back(ancestor);
        for (const Entry* member : package)
            if (!is_final(*member)) return false;
        // A child has more ancestors than its parent, so this order puts parents first.
        std::ranges::sort(package, [](const Entry* a, const Entry* b) {
            if (a->ancestors().count != b->ancestors().count)
                return a->ancestors().count < b->ancestors().count;
            return a->txid() < b->txid();
        });
        for (const Entry* member : package) {
            forget(*member);
            add(*member);
            taken_.emplace(member, static_cast<std::uint32_t>(chosen_.size()));
        }
        for (const Entry* member : package)
            subtract_from_descendants(*member);
        return true;
    }

    void add(const Entry& entry) {
        chosen_.push_back({pool_.transaction(entry), entry.fee, entry.sigop_cost});
        weight_ += entry.weight();
        sigop_cost_ += entry.sigop_cost;
        if (entry.ancestors().count == 1) return;
        for (const auto& input : chosen_.back().tx->inputs)
            if (const Entry* parent = pool_.find(input.prevout.txid))
                chosen_.back().depends.push_back(taken_.at(parent));
    }

    void forget(const Entry& entry) {
        if (const auto found = changed_.find(&entry); found != changed_.end()) {
            remaining_.erase({&entry, found->second});
            changed_.erase(found);
        }
    }

    void subtract_from_descendants(const Entry& entry) {
        for (const Entry* below : Pool::descendants(entry)) {
            if (taken_.contains(below)) continue;
            const auto found = changed_.find(below);
            Totals package = found != changed_.end() ? found->second : below->ancestors();
            forget(*below);
            package.add(entry.own(), -1);
            changed_.emplace(below, package);
            remaining_.insert({below, package});
            // It may fit now.
            failed_.erase(below);
        }
    }

    const Pool& pool_;
    const BlockSpace& space_;
    std::int64_t weight_ = 0;
    std::int64_t sigop_cost_ = 0;
    std::vector<Selected> chosen_;
    // The entries below have relatives in the pool.
    boost::unordered_flat_map<const Entry*, std::uint32_t> taken_;  // their places, from 1 on
    boost::unordered_flat_set<const Entry*> failed_;
    boost::unordered_flat_map<const Entry*, Totals> changed_;
    std::set<Remaining, ByRate> remaining_;
};

}  // namespace

std::vector<Selected> select_for_block(const Pool& pool, const BlockSpace& space) {
    return Selection(pool, space).run();
}

}  // namespace daler::mempool
