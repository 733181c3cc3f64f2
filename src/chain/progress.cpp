#include <daler/chain/progress.h>
#include <daler/primitives/chain_params.h>

#include <algorithm>

namespace daler::chain {
namespace {

/// The number of transactions of a chain at a time, and how many were added per second since. Used
/// to estimate the progress of a download.
struct ChainPace {
    std::int64_t time;
    double transactions;
    double per_second;
};

ChainPace pace_of(ChainKind kind) {
    switch (kind) {
        case ChainKind::main:
            return {1723649144, 1059312821, 6.721086701157182};
        case ChainKind::test:
            return {1720091190, 119317720, 0.3514379264768916};
        case ChainKind::testnet4:
            return {1714777860, 155000, 0.02};
        case ChainKind::signet:
            return {1720000000, 5800000, 0.05};
        case ChainKind::regtest:
        case ChainKind::custom:
            break;
    }
    return {0, 0, 0};
}

}  // namespace

double verification_progress(const BlockEntry& tip, const BlockEntry& best_header,
                             const ChainParams& params, BlockTime now) {
    const auto count = static_cast<double>(tip.chain_tx_count.load());
    if (count <= 0) return 0;
    const bool is_own_signet = params.kind == ChainKind::signet &&
                               params.signet_challenge != signet_params().signet_challenge;
    if (params.kind == ChainKind::custom || is_own_signet) {
        const auto blocks = static_cast<double>(best_header.height) + 1;
        return std::min((static_cast<double>(tip.height) + 1) / blocks, 1.0);
    }
    const ChainPace pace = pace_of(params.kind);
    const bool before = count <= pace.transactions;
    const double known = before ? pace.transactions : count;
    const auto since = before ? pace.time : std::int64_t{tip.header.time};
    const double total = known + static_cast<double>(unix_seconds(now) - since) * pace.per_second;
    return total > 0 ? std::min(count / total, 1.0) : 1.0;
}

}  // namespace daler::chain
