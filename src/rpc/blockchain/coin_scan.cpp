#include "rpc/blockchain/coin_scan.h"
#include "rpc/blockchain/methods.h"
#include "rpc/descriptor_arguments.h"

#include <daler/descriptor/descriptor.h>
#include <daler/encoding/hex.h>
#include <daler/ledger/ledger.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

#include <map>

namespace daler::rpc {
namespace {

/// The scripts to search for, and the descriptor that an answer shows for each.
using WantedScripts = std::map<Script, std::string>;

void add_scripts(WantedScripts& wanted, const Json& object, const Services& node) {
    const AddressFormat& format = node.params.address;
    for_each_index(object, node, descriptor::Descriptor::Secrets::exclude,
                   [&](const std::vector<Script>& scripts, const descriptor::KeyRing& ring) {
                       for (const Script& script : scripts)
                           wanted.emplace(script, descriptor::infer(script, ring, format));
                   });
}

struct Match {
    OutPoint outpoint;
    consensus::Coin coin;
};

/// The permission to run a scan: only one runs at a time.
class ScanClaim {
public:
    explicit ScanClaim(CoinScan& scan) : scan_(scan) {
        if (scan_.is_running.exchange(true)) {
            throw Error{code::invalid_parameter,
                        "Scan already in progress, use action \"abort\" or \"status\""};
        }
        scan_.is_aborted = false;
        scan_.progress = 0;
    }
    ~ScanClaim() { scan_.is_running = false; }
    ScanClaim(const ScanClaim&) = delete;
    ScanClaim& operator=(const ScanClaim&) = delete;

private:
    CoinScan& scan_;
};

struct ScanResult {
    bool is_complete = true;
    std::uint64_t outputs = 0;
    std::vector<Match> matches{};
};

/// Runs on the caller's thread, so that other threads do not wait for it.
ScanResult scan(const coins::CoinSnapshot& coins, const WantedScripts& wanted, CoinScan& state,
                const std::atomic<bool>& stopping) {
    ScanResult result;
    coins.for_each([&](const OutPoint& outpoint, const consensus::Coin& coin) {
        ++result.outputs;
        if (wanted.contains(coin.output.script_pubkey)) result.matches.push_back({outpoint, coin});
        // The coins are sorted by id, and ids are evenly distributed: the first bytes show the
        // progress.
        const int first = outpoint.txid.bytes[0] << 8 | outpoint.txid.bytes[1];
        state.progress = first * 100 / 0x10000;
        result.is_complete = !stopping && !state.is_aborted;
        return result.is_complete;
    });
    return result;
}

Json match_json(const Match& match, const WantedScripts& wanted, const chain::BlockEntry& tip) {
    const auto& [output, height, is_coinbase] = match.coin;
    Json out = Json::object();
    out.append("txid", match.outpoint.txid.to_hex());
    out.append("vout", match.outpoint.index);
    out.append("scriptPubKey", to_hex(output.script_pubkey.bytes()));
    out.append("desc", wanted.at(output.script_pubkey));
    out.append("amount", from_amount(output.value));
    out.append("coinbase", is_coinbase);
    out.append("height", height);
    out.append("blockhash", tip.ancestor(height)->hash.to_hex());
    out.append("confirmations", tip.height - height + 1);
    return out;
}

}  // namespace

std::unique_ptr<coins::CoinSnapshot> snapshot_coins(Services& node) {
    bool begun = false;
    for (;;) {
        refuse_if_stopping(node);
        auto coins = node.ledger.call(
            [&begun](ledger::State& state) { return state.chain.snapshot_coins(begun); });
        if (coins) return coins;
    }
}

Json scantxoutset(Call& call) {
    Services& node = call.node();
    CoinScan& state = node.coin_scan;
    const std::string action = call.string(0);
    if (action == "status") {
        if (!state.is_running) return nullptr;
        Json out = Json::object();
        out.append("progress", state.progress.load());
        return out;
    }
    if (action == "abort") {
        if (!state.is_running) return false;
        state.is_aborted = true;
        return true;
    }
    if (action != "start")
        throw Error{code::invalid_parameter, fmt::format("Invalid action '{}'", action)};
    const ScanClaim claim(state);
    if (call.arguments().size() < 2)
        throw Error{code::misc, "scanobjects argument is required for the start action"};
    expect(call.json(1), Json::Kind::array);
    WantedScripts wanted;
    for (const Json& object : call.json(1).items())
        add_scripts(wanted, object, node);
    const auto coins = snapshot_coins(node);
    const auto* tip = node.ledger.chain().index().find(coins->best_block());
    if (!tip) throw Error{code::misc, "The chain was set back meanwhile. Call it again."};
    const ScanResult result = scan(*coins, wanted, state, node.stopping);

    Amount total;
    Json unspents = Json::array();
    for (const Match& match : result.matches) {
        total += match.coin.output.value;
        unspents.push(match_json(match, wanted, *tip));
    }
    Json out = Json::object();
    out.append("success", result.is_complete);
    out.append("txouts", result.outputs);
    out.append("height", coins->height());
    out.append("bestblock", coins->best_block().to_hex());
    out.append("unspents", std::move(unspents));
    out.append("total_amount", from_amount(total));
    return out;
}

}  // namespace daler::rpc
