#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>

#include <map>

namespace daler::rpc {
namespace {

/// Scripts that seem to have the same owner for everybody who looks at the chain.
class AddressGroups {
public:
    void add(const Script& script) { parents_.try_emplace(script, script); }
    void join(const Script& a, const Script& b) {
        add(a);
        add(b);
        parents_[root(a)] = root(b);
    }
    [[nodiscard]] std::map<Script, std::vector<Script>> all() {
        std::map<Script, std::vector<Script>> out;
        for (const auto& [script, parent] : parents_)
            out[root(script)].push_back(script);
        return out;
    }

private:
    /// The script that stands for the group.
    Script root(Script script) {
        for (;;) {
            auto& parent = parents_.at(script);
            if (parent == script) return script;
            // Makes the way shorter for the next time.
            parent = parents_.at(parent);
            script = parent;
        }
    }

    std::map<Script, Script> parents_;
};

/// The coins that a transaction of ours spends belong together, and its change belongs to them.
void join_spent(AddressGroups& groups, const wallet::Wallet& wallet, const wallet::TxBody& tx) {
    std::optional<Script> first;
    const auto take = [&](const Script& script) {
        if (first)
            groups.join(*first, script);
        else
            groups.add(script);
        if (!first) first = script;
    };
    const auto& history = wallet.history();
    for (std::uint32_t i = 0; i < tx.input_count(); ++i) {
        const auto spent = history.output(tx.prevout(i));
        if (spent && history.owner(*spent)) take(spent->script_pubkey);
    }
    if (!first) return;
    for (const auto& output : tx.outputs()) {
        const TxOutput copy{output.value, Script(output.script_pubkey)};
        if (wallet.is_change(copy)) take(copy.script_pubkey);
    }
}

/// The coins at each script, without coinbases that are not mature and without what is not trusted.
std::map<Script, Amount> sums_by_script(const wallet::Wallet& wallet) {
    std::map<Script, Amount> out;
    for (const auto& coin : wallet.history().coins())
        if (coin.safe) out[coin.output.script_pubkey] += coin.output.value;
    return out;
}

Json group_json(const wallet::Wallet& wallet, const std::vector<Script>& group,
                const std::map<Script, Amount>& sums) {
    Json out = Json::array();
    for (const auto& script : group) {
        auto address = descriptor::encode_address(script, wallet.params().address);
        if (!address) continue;
        Json entry = Json::array();
        entry.push(std::move(*address));
        const auto sum = sums.find(script);
        entry.push(from_amount(sum == sums.end() ? Amount{0} : sum->second));
        if (const auto* known = wallet.label_of(script)) entry.push(known->label);
        out.push(std::move(entry));
    }
    return out;
}

}  // namespace

Json listaddressgroupings(Call& call) {
    return with_wallet(call, [](wallet::Wallet& wallet) {
        AddressGroups groups;
        for (const auto& record : wallet.history().records()) {
            join_spent(groups, wallet, record.body);
            for (const auto& output : record.body.outputs())
                if (wallet.history().owner(output)) groups.add(Script(output.script_pubkey));
        }
        const auto sums = sums_by_script(wallet);
        Json out = Json::array();
        for (const auto& [root, scripts] : groups.all()) {
            auto group = group_json(wallet, scripts, sums);
            if (group.size() > 0) out.push(std::move(group));
        }
        return out;
    });
}

}  // namespace daler::rpc
