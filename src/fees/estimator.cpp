#include "impl.h"

namespace daler::fees {

Estimator::Estimator() : impl_(std::make_unique<Impl>()) {}
Estimator::~Estimator() = default;
Estimator::Estimator(Estimator&&) noexcept = default;
Estimator& Estimator::operator=(Estimator&&) noexcept = default;

bool Estimator::add(const Counted& transaction) {
    if (transaction.height != impl_->best) return false;
    for (auto& stats : impl_->stats)
        stats.add(transaction);
    return true;
}

void Estimator::removed(const Counted& transaction) {
    for (auto& stats : impl_->stats) {
        stats.record_failure(transaction, impl_->best);
        stats.forget(transaction, impl_->best);
    }
}

void Estimator::block_connected(Height height, std::span<const Counted> confirmed) {
    const bool is_new = height > impl_->best;
    if (is_new) impl_->best = height;
    for (auto& stats : impl_->stats) {
        if (is_new) stats.begin_block(height);
        for (const auto& transaction : confirmed) {
            stats.forget(transaction, impl_->best);
            if (is_new) stats.record_confirmation(transaction, height);
        }
    }
    if (is_new && impl_->first_recorded == 0 && !confirmed.empty()) impl_->first_recorded = height;
}

void Estimator::count_again(std::span<const Counted> waiting) {
    for (auto& stats : impl_->stats) {
        stats.forget_all();
        for (const auto& transaction : waiting)
            if (transaction.height <= impl_->best) stats.add_old(transaction, impl_->best);
    }
}

}  // namespace daler::fees
