#pragma once

#include <daler/chain/savepoint.h>
#include <daler/mempool/mempool.h>
#include <daler/mining/auto_miner.h>
#include <daler/util/clock.h>
#include <daler/wallet/savepoint.h>

#include <optional>
#include <string>

namespace daler::snapshots {

/// What a list of snapshots shows of one.
struct Summary {
    std::string name;
    std::uint64_t number = 0;  ///< later snapshots have higher ones
    BlockTime created{};
    Height height = 0;  ///< of the tip
    BlockHash tip;

    bool operator==(const Summary&) const = default;
};

/// A node as it was at one moment.
struct Snapshot {
    Summary summary;
    Clock::Setting clock;
    mining::AutoMineSetting auto_mining;
    chain::Savepoint chain;
    mempool::SavedMempool mempool;
    mempool::FeeEstimates fee_estimates;
    std::optional<wallet::Savepoint> wallets;  ///< nothing: the node ran without wallets
};

/// The content of a snapshot's file (doc/formats.md). The name is not in it.
[[nodiscard]] Bytes encode(const Snapshot& snapshot);
/// For untrusted bytes.
[[nodiscard]] Result<Snapshot, DecodeError> decode_snapshot(ByteSpan bytes);

/// How many bytes at the start of a file have the summary.
inline constexpr std::size_t summary_size = 17 + 8 + 8 + 4 + 32;
/// The summary, from at least so many bytes.
[[nodiscard]] Result<Summary, DecodeError> decode_summary(ByteSpan bytes);

}  // namespace daler::snapshots
