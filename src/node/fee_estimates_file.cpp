#include "node/fee_estimates_file.h"

#include <daler/util/log.h>
#include <daler/util/storage_error.h>

namespace daler::node {
namespace {

constexpr std::chrono::hours write_interval{1};
// Older fee rates say little about those of today.
constexpr std::chrono::hours stale_age{60};

/// By the clock of the file system. No age if the file is not on disk.
std::chrono::hours age_of(const std::filesystem::path& file) {
    std::error_code error;
    const auto written = std::filesystem::last_write_time(file, error);
    if (error) return std::chrono::hours{0};
    return std::chrono::duration_cast<std::chrono::hours>(
        std::filesystem::file_time_type::clock::now() - written);
}

}  // namespace

fees::Estimator FeeEstimatesFile::load(bool accepts_stale) const {
    const auto bytes = storage::read_file(files_, file_);
    if (!bytes) return {};
    if (const auto age = age_of(file_); age > stale_age && !accepts_stale) {
        log::info("{} is {} hours old: starting without fee estimates", file_.string(),
                  age.count());
        return {};
    }
    auto estimator = fees::Estimator::decode(*bytes);
    if (estimator) return std::move(*estimator);
    log::warning("{} is damaged or of another version ({}): starting without fee estimates",
                 file_.string(), describe(estimator.error()));
    return {};
}

void FeeEstimatesFile::start(ledger::Ledger& ledger, bool accepts_stale) {
    ledger_ = &ledger;
    auto estimator = load(accepts_stale);
    ledger.call(
        [&](ledger::State& state) { state.mempool.start_estimating(std::move(estimator)); });
    ledger.add_observer(*this);
}

void FeeEstimatesFile::write() {
    ledger_->call([this](ledger::State& state) { write_from(state); });
}

void FeeEstimatesFile::finish() {
    ledger_->call([this](ledger::State& state) {
        state.mempool.stop_estimating();
        write_from(state);
    });
}

void FeeEstimatesFile::write_from(const ledger::State& state) {
    storage::write_atomically(files_, file_, state.mempool.fee_estimator()->encode());
    written_ = clock_.now();
}

void FeeEstimatesFile::tip_changed(const std::shared_ptr<const chain::ChainView>&) {
    if (clock_.now() - written_ < write_interval) return;
    written_ = clock_.now();
    ledger_->post([this](const ledger::State& state) {
        try {
            write_from(state);
        } catch (const StorageError& error) {
            log::error("Cannot save fee estimates: {}", error.what());
        }
    });
}

}  // namespace daler::node
