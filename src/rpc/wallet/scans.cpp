#include "rpc/block_access.h"
#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

#include <daler/rpc/values.h>

namespace daler::rpc {
namespace {

constexpr std::int64_t max_keypool = 1'000'000;

/// The blocks that rescanblockchain must read.
wallet::ScanRange parse_range(const Call& call, const wallet::Wallet& wallet) {
    const Height tip = wallet.tip().height;
    const auto first = call.integer(0, 0);
    if (first < 0 || first > tip) throw Error{code::invalid_parameter, "Invalid start_height"};
    std::optional<Height> last;
    if (call.has(1)) {
        const auto height = call.integer(1);
        if (height < 0 || height > tip) throw Error{code::invalid_parameter, "Invalid stop_height"};
        if (height < first)
            throw Error{code::invalid_parameter, "stop_height must be greater than start_height"};
        last = static_cast<Height>(height);
    }
    if (last_pruned(*call.node().ledger.view()).value_or(-1) >= first) {
        throw Error{code::misc,
                    "Can't rescan beyond pruned data. Use RPC call "
                    "getblockchaininfo to determine your pruned height."};
    }
    return wallet.scan_range(static_cast<Height>(first), last);
}

}  // namespace

Json rescanblockchain(Call& call) {
    const ScannedWallet scanned(call);
    auto range = with_wallet(call, scanned.name(), [&](const wallet::Wallet& wallet) {
        value_of(wallet.check_unlocked());
        return parse_range(call, wallet);
    });
    in_slices(call, scanned.name(),
              [&](wallet::Wallet& wallet) { return wallet.scan_some(range); });
    Json out = Json::object();
    out.append("start_height", range.first);
    out.append("stop_height", range.last);
    return out;
}

Json abortrescan(Call& call) {
    return with_wallet(call, [](wallet::Wallet& wallet) -> Json { return wallet.abort_scan(); });
}

Json keypoolrefill(Call& call) {
    const auto size = call.integer(0, 0);
    if (size < 0 || size > max_keypool)
        throw Error{code::invalid_parameter, "Invalid parameter, expected valid size."};
    const auto name = with_wallet(call, [](const wallet::Wallet& wallet) {
        value_of(wallet.check_unlocked());
        return wallet.name();
    });
    in_slices(call, name, [&](wallet::Wallet& wallet) {
        return wallet.refill(static_cast<std::uint32_t>(size));
    });
    with_wallet(call, name, [&](const wallet::Wallet& wallet) {
        // There are none to derive without active descriptors.
        if (wallet.keys().unused(false) + wallet.keys().unused(true) <
            static_cast<std::uint32_t>(size))
            throw Error{code::wallet, "Error refreshing keypool."};
    });
    return nullptr;
}

}  // namespace daler::rpc
