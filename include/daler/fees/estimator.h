#pragma once

#include <daler/encoding/bytes.h>
#include <daler/primitives/amount.h>
#include <daler/primitives/transaction.h>

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace daler::fees {

/// How far statistics look back. A longer one knows more targets and reacts more slowly.
enum class Horizon : std::uint8_t { short_term, medium_term, long_term };
inline constexpr std::array horizons{Horizon::short_term, Horizon::medium_term, Horizon::long_term};
/// "short", "medium", "long".
[[nodiscard]] std::string_view name(Horizon horizon);

/// The highest target of a horizon, in blocks: 12, 48, 1008.
[[nodiscard]] int max_target(Horizon horizon);

/// A transaction that waits in the mempool and is counted.
struct Counted {
    Height height;  ///< of the tip when it entered
    FeeRate rate;   ///< of its own fee, without the deltas of prioritisetransaction
};

/// Buckets of neighbouring fee rates that were looked at together. Numbers of transactions are
/// moving averages, so they have fractions.
struct BucketRange {
    double start = -1;  ///< satoshis per 1000 virtual bytes; -1: there is no such range
    double end = -1;
    double within_target = 0;    ///< confirmed within the target
    double total_confirmed = 0;  ///< confirmed at any time
    double in_mempool = 0;       ///< waiting for at least the target
    double left_mempool = 0;     ///< left unconfirmed after at least the target
};

/// What one horizon says.
struct RawEstimate {
    std::optional<FeeRate> rate;
    double decay = 0;  ///< the weight of older blocks: a factor for each block
    int scale = 0;     ///< blocks of one period
    BucketRange pass;  ///< the lowest range that reached the threshold
    BucketRange fail;  ///< the highest range that did not
};

/// Which rule decided an estimate.
enum class Reason : std::uint8_t { none, half_target, target, double_target, conservative };
/// As the field "fee_reason" of wallets: "Half Target 60% Threshold".
[[nodiscard]] std::string_view describe(Reason reason);

struct SmartEstimate {
    std::optional<FeeRate> rate;
    int target = 0;  ///< blocks; lower than requested if the statistics do not reach as far
    Reason reason = Reason::none;
};

/// Learns from transactions that enter the mempool, and from the blocks that confirm them, which
/// fee rates confirm within how many blocks. The rules and numbers are those of Bitcoin Core 28.1
/// (there is no BIP). It knows nothing of mempool and chain: the caller reports their events. One
/// thread at a time.
class Estimator {
public:
    Estimator();
    ~Estimator();
    Estimator(Estimator&&) noexcept;
    Estimator& operator=(Estimator&&) noexcept;

    /// Counts a transaction that entered the mempool. False, and nothing is done, if its height is
    /// not that of the last block that was reported. Later, `removed` or `block_connected` must be
    /// called with the same values.
    bool add(const Counted& transaction);
    /// A counted transaction left the mempool without a block: it failed to confirm.
    void removed(const Counted& transaction);
    /// The block at `height` confirmed these counted transactions. A height that was reported
    /// before is that of a reorganisation and teaches nothing.
    void block_connected(Height height, std::span<const Counted> confirmed);

    /// The lowest fee rate of which the part `threshold` (0 to 1) of the transactions confirmed
    /// within `target` blocks. Nothing if there are too few transactions. Requires a target from 1
    /// to max_target(horizon).
    [[nodiscard]] RawEstimate estimate_raw(int target, double threshold, Horizon horizon) const;
    /// The rate for `target` blocks from all horizons. A conservative one follows a sudden decline
    /// of fees less. Requires a target from 1 to max_target(Horizon::long_term).
    [[nodiscard]] SmartEstimate estimate(int target, bool conservative) const;

    /// The content of fee_estimates.dat in Bitcoin Core's format. It lacks the waiting
    /// transactions.
    [[nodiscard]] Bytes encode() const;
    /// Reads such a file. A file with other buckets or horizons than ours is DecodeError::invalid.
    [[nodiscard]] static Result<Estimator, DecodeError> decode(ByteSpan bytes);

    /// All statistics in a compact form of our own, for snapshots. It lacks the waiting
    /// transactions, too: `count_again` adds them.
    [[nodiscard]] Bytes encode_compact() const;
    [[nodiscard]] static Result<Estimator, DecodeError> decode_compact(ByteSpan bytes);
    /// Counts exactly these transactions as waiting.
    void count_again(std::span<const Counted> waiting);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace daler::fees
