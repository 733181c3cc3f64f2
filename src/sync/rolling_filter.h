#pragma once

#include <daler/crypto/hash.h>
#include <daler/encoding/bytes.h>
#include <daler/util/random.h>

#include <boost/unordered/unordered_flat_set.hpp>

namespace daler::sync {

/// A set of the most recent items: at most `max_items`, at least half as many. Stores 64-bit salted
/// hashes, so a false positive has a chance of about 1 in 2^48. Removes the older half at once.
class RollingFilter {
public:
    RollingFilter(std::size_t max_items, Random& random)
        : half_(max_items / 2), k0_(random.next()), k1_(random.next()) {}

    void insert(ByteSpan item) {
        if (newer_.size() >= half_) {
            older_ = std::move(newer_);
            newer_.clear();
        }
        newer_.insert(crypto::siphash(k0_, k1_, item));
    }

    [[nodiscard]] bool contains(ByteSpan item) const {
        const auto print = crypto::siphash(k0_, k1_, item);
        return newer_.contains(print) || older_.contains(print);
    }

    void clear() {
        newer_.clear();
        older_.clear();
    }

    [[nodiscard]] std::size_t size() const { return newer_.size() + older_.size(); }

private:
    std::size_t half_;
    std::uint64_t k0_;
    std::uint64_t k1_;
    boost::unordered_flat_set<std::uint64_t> newer_;
    boost::unordered_flat_set<std::uint64_t> older_;
};

}  // namespace daler::sync
