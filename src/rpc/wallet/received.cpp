#include "rpc/additions.h"
#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>

#include <map>

namespace daler::rpc {
namespace {

/// What an address or label received.
struct Received {
    Amount amount;
    Height depth = std::numeric_limits<Height>::max();  ///< of the latest payment
    std::vector<Txid> txids;
};

/// Whether a transaction counts: it has enough confirmations and is not an orphaned or immature
/// coinbase.
bool counts(const wallet::History& history, const wallet::TxRecord& record, std::int64_t min_depth,
            bool include_immature) {
    const Height depth = history.depth(record);
    if (depth < min_depth) return false;
    if (record.is_coinbase() && depth < 1) return false;
    return include_immature || history.blocks_to_maturity(record) == 0;
}

std::map<Script, Received> received_by_script(const wallet::Wallet& wallet, std::int64_t min_depth,
                                              bool include_immature) {
    std::map<Script, Received> out;
    const auto& history = wallet.history();
    for (const auto& record : history.records()) {
        if (!counts(history, record, min_depth, include_immature)) continue;
        for (const auto& output : record.body.outputs()) {
            if (!history.owner(output)) continue;
            auto& entry = out[Script(output.script_pubkey)];
            entry.amount += output.value;
            entry.depth = std::min(entry.depth, history.depth(record));
            entry.txids.push_back(record.txid);
        }
    }
    return out;
}

Height shown_depth(const Received& received) {
    return received.txids.empty() ? 0 : received.depth;
}

}  // namespace

Json getreceivedbyaddress(Call& call) {
    const auto script = descriptor::decode_address(call.string(0), call.node().params.address);
    if (!script) {
        throw Error{code::invalid_address_or_key,
                    refused_address("Invalid Bitcoin address", call.string(0), call.node().params)};
    }
    return with_wallet(call, [&](wallet::Wallet& wallet) {
        if (!wallet.keys().find(*script)) throw Error{code::wallet, "Address not found in wallet"};
        const auto all = received_by_script(wallet, call.integer(1, 1), call.boolean(2, false));
        const auto found = all.find(*script);
        return from_amount(found == all.end() ? Amount{0} : found->second.amount);
    });
}

Json getreceivedbylabel(Call& call) {
    const auto label = label_of(call.json(0));
    return with_wallet(call, [&](wallet::Wallet& wallet) {
        const auto has_label = [&](const auto& entry) { return entry.second.label == label; };
        if (std::ranges::none_of(wallet.labels(), has_label))
            throw Error{code::wallet, "Label not found in wallet"};
        const auto all = received_by_script(wallet, call.integer(1, 1), call.boolean(2, false));
        Amount sum;
        for (const auto& [address, entry] : wallet.labels()) {
            if (entry.label != label) continue;
            const auto script = descriptor::decode_address(address, wallet.params().address);
            const auto found = script ? all.find(*script) : all.end();
            if (found != all.end()) sum += found->second.amount;
        }
        return from_amount(sum);
    });
}

Json listreceivedbyaddress(Call& call) {
    const bool include_empty = call.boolean(1, false);
    std::optional<std::string> wanted;
    if (call.has(3) && !call.string(3).empty()) {
        wanted = call.string(3);
        if (!descriptor::decode_address(*wanted, call.node().params.address))
            throw Error{code::wallet, "address_filter parameter was invalid"};
    }
    return with_wallet(call, [&](wallet::Wallet& wallet) {
        const auto all = received_by_script(wallet, call.integer(0, 1), call.boolean(4, false));
        std::map<std::pair<int, Script>, Json> sorted;
        for (const auto& [address, entry] : wallet.labels()) {
            if (wanted && address != *wanted) continue;
            const auto script = descriptor::decode_address(address, wallet.params().address);
            if (!script) continue;
            const auto found = all.find(*script);
            if (found == all.end() && !include_empty) continue;
            const Received received = found == all.end() ? Received{} : found->second;
            Json item = Json::object();
            item.append("address", address);
            item.append("amount", from_amount(received.amount));
            item.append("confirmations", shown_depth(received));
            item.append("label", entry.label);
            Json txids = Json::array();
            for (const auto& txid : received.txids)
                txids.push(txid.to_hex());
            item.append("txids", std::move(txids));
            sorted.emplace(order_of_address(*script), std::move(item));
        }
        Json out = Json::array();
        for (auto& [order, item] : sorted)
            out.push(std::move(item));
        return out;
    });
}

Json listreceivedbylabel(Call& call) {
    const bool include_empty = call.boolean(1, false);
    return with_wallet(call, [&](wallet::Wallet& wallet) {
        const auto all = received_by_script(wallet, call.integer(0, 1), call.boolean(3, false));
        std::map<std::string, Received> by_label;
        for (const auto& [address, entry] : wallet.labels()) {
            const auto script = descriptor::decode_address(address, wallet.params().address);
            const auto found = script ? all.find(*script) : all.end();
            if (found == all.end() && !include_empty) continue;
            auto& sum = by_label[entry.label];
            if (found == all.end()) continue;
            sum.amount += found->second.amount;
            sum.depth = std::min(sum.depth, found->second.depth);
            sum.txids.insert(sum.txids.end(), found->second.txids.begin(),
                             found->second.txids.end());
        }
        Json out = Json::array();
        for (const auto& [label, received] : by_label) {
            Json item = Json::object();
            item.append("amount", from_amount(received.amount));
            item.append("confirmations", shown_depth(received));
            item.append("label", label);
            out.push(std::move(item));
        }
        return out;
    });
}

}  // namespace daler::rpc
