#include <daler/client/commands.h>

#include <fmt/format.h>

namespace daler::client {
namespace {

/// A member as text; "n/a" if it is missing.
std::string shown(const Json& object, std::string_view key) {
    const Json* value = object.find(key);
    return value && !value->is_null() ? result_text(*value) : "n/a";
}

std::string trusted(const Json& balances) {
    const Json* mine = balances.find("mine");
    return mine ? shown(*mine, "trusted") : "n/a";
}

std::string proxies(const Json& network) {
    std::string out;
    const Json* networks = network.find("networks");
    if (!networks || !networks->is_array()) return "n/a";
    for (const Json& item : networks->items()) {
        const std::string proxy = shown(item, "proxy");
        if (proxy.empty() || proxy == "n/a" || out.find(proxy) != std::string::npos) continue;
        out += (out.empty() ? "" : ", ") + proxy;
    }
    return out.empty() ? "n/a" : out;
}

std::string warnings(const Json& network) {
    const Json* given = network.find("warnings");
    std::string out;
    if (given && given->is_array())
        for (const Json& text : given->items())
            out += (out.empty() ? "" : "\n") + result_text(text);
    else if (given && given->is_string())
        out = given->as_string();
    return out.empty() ? "(none)" : out;
}

/// The result of a call; null for an RPC error that means "there is none here".
Result<Json, Outcome> ask(RpcConnection& connection, const std::string& method, bool may_fail,
                          const std::optional<std::string>& wallet) {
    auto reply = connection.call(method, Json::array(), wallet);
    if (!reply) return fail(failure(reply.error()));
    if (const Json* error = reply->find("error"); error && !error->is_null()) {
        if (may_fail) return Json();
        return fail(outcome_of(*reply));
    }
    const Json* result = reply->find("result");
    return result ? *result : Json();
}

}  // namespace

std::string overview_text(const Overview& overview) {
    const auto& [network, chain, wallet, balances, all_balances] = overview;
    const Json* progress = chain.find("verificationprogress");
    std::string out = fmt::format(
        "Chain: {}\nBlocks: {}\nHeaders: {}\nVerification progress: {:.4f}%\nDifficulty: {}\n\n",
        shown(chain, "chain"), shown(chain, "blocks"), shown(chain, "headers"),
        (progress ? progress->as_double().value_or(0) : 0) * 100, shown(chain, "difficulty"));
    out += fmt::format(
        "Network: in {}, out {}, total {}\nVersion: {}\nTime offset (s): {}\nProxies: {}\nMin tx "
        "relay fee rate (BTC/kvB): {}\n\n",
        shown(network, "connections_in"), shown(network, "connections_out"),
        shown(network, "connections"), shown(network, "version"), shown(network, "timeoffset"),
        proxies(network), shown(network, "relayfee"));
    if (wallet.is_object()) {
        out += fmt::format(
            "Wallet: {}\nKeypool size: {}\n",
            [&] {
                const std::string name = shown(wallet, "walletname");
                return name.empty() ? std::string("\"\"") : name;
            }(),
            shown(wallet, "keypoolsize"));
        if (wallet.find("unlocked_until"))
            out += fmt::format("Unlocked until: {}\n", shown(wallet, "unlocked_until"));
        out += fmt::format("Transaction fee rate (-paytxfee) (BTC/kvB): {}\n\n",
                           shown(wallet, "paytxfee"));
    }
    if (balances.is_object()) out += fmt::format("Balance: {}\n\n", trusted(balances));
    if (!all_balances.empty()) {
        out += "Balances\n";
        for (const auto& [name, balance] : all_balances)
            out += fmt::format("{:>16} {}\n", trusted(balance), name.empty() ? "\"\"" : name);
        out += '\n';
    }
    return out + "Warnings: " + warnings(network);
}

Outcome getinfo(RpcConnection& connection) {
    const auto& wallet = connection.access().wallet;
    Overview overview;
    const auto read = [&](Json& into, const std::string& method, bool may_fail,
                          const std::optional<std::string>& which) -> std::optional<Outcome> {
        auto answer = ask(connection, method, may_fail, which);
        if (!answer) return answer.error();
        into = std::move(*answer);
        return std::nullopt;
    };
    if (auto wrong = read(overview.network, "getnetworkinfo", false, std::nullopt)) return *wrong;
    if (auto wrong = read(overview.chain, "getblockchaininfo", false, std::nullopt)) return *wrong;
    // There is no answer if no wallet is loaded, if several are and none is named, or if the named
    // one is not loaded.
    if (auto wrong = read(overview.wallet, "getwalletinfo", true, wallet)) return *wrong;
    if (auto wrong = read(overview.balances, "getbalances", true, wallet)) return *wrong;
    if (wallet) return {0, overview_text(overview)};

    Json wallets;
    if (auto wrong = read(wallets, "listwallets", true, std::nullopt)) return *wrong;
    if (wallets.is_array() && wallets.size() > 1) {
        for (const Json& name : wallets.items()) {
            Json balances;
            const std::string text = result_text(name);
            if (auto wrong = read(balances, "getbalances", true, text)) return *wrong;
            overview.all_balances.emplace_back(text, std::move(balances));
        }
    }
    return {0, overview_text(overview)};
}

}  // namespace daler::client
