#include <daler/consensus/sequence_lock.h>
#include <daler/util/ensure.h>

#include <algorithm>

namespace daler::consensus {
namespace {

// Layout of TxInput::sequence (BIP 68).
constexpr std::uint32_t disabled_bit = 1u << 31;
constexpr std::uint32_t counts_time_bit = 1u << 22;
constexpr std::uint32_t delay_mask = 0xffff;
constexpr std::chrono::seconds time_step{512};

constexpr std::uint32_t first_version = 2;

}  // namespace

SequenceLock sequence_lock(const Transaction& tx, std::span<const CoinAge> spent) {
    ensure(spent.size() == tx.inputs.size());
    SequenceLock lock;

    // The version is unsigned here: 0xffffffff opts in, although old software printed it as -1.
    if (tx.version < first_version) return lock;

    for (std::size_t i = 0; i < spent.size(); ++i) {
        const std::uint32_t sequence = tx.inputs[i].sequence;
        if (sequence & disabled_bit) continue;
        const auto delay = static_cast<Height>(sequence & delay_mask);
        if (sequence & counts_time_bit) {
            const BlockTime opens = spent[i].median_time_before + delay * time_step;
            lock.min_median_time = std::max(lock.min_median_time, opens);
        } else {
            lock.min_height = std::max(lock.min_height, spent[i].height + delay);
        }
    }
    return lock;
}

bool needs_median_times(const Transaction& tx) {
    if (tx.version < first_version) return false;
    return std::ranges::any_of(tx.inputs, [](const TxInput& input) {
        return !(input.sequence & disabled_bit) && (input.sequence & counts_time_bit);
    });
}

Verdict check_sequence_lock(const SequenceLock& lock, Height height, BlockTime median_time_past) {
    if (height < lock.min_height || median_time_past < lock.min_median_time)
        return reject(Reason::not_final);
    return {};
}

}  // namespace daler::consensus
