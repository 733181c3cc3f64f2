#include <daler/client/commands.h>

#include <fmt/format.h>

#include <algorithm>

namespace daler::client {
namespace {

/// A member as text; "n/a" if it is missing.
std::string shown(const Json& object, std::string_view key) {
    const Json* value = object.find(key);
    return value && !value->is_null() ? result_text(*value) : "n/a";
}

constexpr std::string_view green = "\x1b[32m", yellow = "\x1b[33m", blue = "\x1b[34m",
                           magenta = "\x1b[35m", cyan = "\x1b[36m", usual = "\x1b[0m";

/// A part of the overview in a colour of terminals.
std::string painted(bool coloured, std::string_view colour, std::string_view text) {
    return coloured ? fmt::format("{}{}{}", colour, text, usual) : std::string(text);
}

/// Twenty blocks and a space; empty once the chain is nearly complete.
std::string progress_bar(double progress) {
    constexpr double nearly = 0.99;
    constexpr int width = 20;
    if (progress < 0 || progress >= nearly) return {};
    std::string out;
    for (int i = 0; i < width; ++i)
        out += i < progress * width ? "\u2592" : "\u2591";
    return out + " ";
}

std::string quoted_if_empty(const std::string& name) {
    return name.empty() ? "\"\"" : name;
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

std::string chain_text(const Json& chain, bool coloured) {
    const Json* progress = chain.find("verificationprogress");
    const double part = progress ? progress->as_double().value_or(0) : 0;
    return fmt::format(
        "{}\nBlocks: {}\nHeaders: {}\nVerification progress: {}{:.4f}%\nDifficulty: {}\n\n",
        painted(coloured, blue, "Chain: " + shown(chain, "chain")), shown(chain, "blocks"),
        shown(chain, "headers"), progress_bar(part), part * 100, shown(chain, "difficulty"));
}

std::string network_text(const Json& network, bool coloured) {
    const auto connections =
        fmt::format("Network: in {}, out {}, total {}", shown(network, "connections_in"),
                    shown(network, "connections_out"), shown(network, "connections"));
    return fmt::format(
        "{}\nVersion: {}\nTime offset (s): {}\nProxies: {}\nMin tx relay fee rate (BTC/kvB): "
        "{}\n\n",
        painted(coloured, green, connections), shown(network, "version"),
        shown(network, "timeoffset"), proxies(network), shown(network, "relayfee"));
}

std::string wallet_text(const Json& wallet, bool coloured) {
    const auto name = "Wallet: " + quoted_if_empty(shown(wallet, "walletname"));
    std::string out = fmt::format("{}\nKeypool size: {}\n", painted(coloured, magenta, name),
                                  shown(wallet, "keypoolsize"));
    if (wallet.find("unlocked_until"))
        out += fmt::format("Unlocked until: {}\n", shown(wallet, "unlocked_until"));
    return out + fmt::format("Transaction fee rate (-paytxfee) (BTC/kvB): {}\n\n",
                             shown(wallet, "paytxfee"));
}

/// The balance of each wallet, the numbers below each other.
std::string balances_text(const Overview& overview, bool coloured) {
    if (overview.all_balances.empty()) return {};
    std::size_t width = 0;
    for (const auto& [name, balances] : overview.all_balances)
        width = std::max(width, trusted(balances).size());
    std::string out = painted(coloured, cyan, "Balances") + "\n";
    for (const auto& [name, balances] : overview.all_balances)
        out += fmt::format("{:>{}} {}\n", trusted(balances), width, quoted_if_empty(name));
    return out + '\n';
}

}  // namespace

std::string overview_text(const Overview& overview, bool coloured) {
    std::string out =
        chain_text(overview.chain, coloured) + network_text(overview.network, coloured);
    if (overview.wallet.is_object()) out += wallet_text(overview.wallet, coloured);
    if (overview.balances.is_object()) {
        out += fmt::format("{} {}\n\n", painted(coloured, cyan, "Balance:"),
                           trusted(overview.balances));
    }
    return out + balances_text(overview, coloured) + painted(coloured, yellow, "Warnings:") + " " +
           warnings(overview.network);
}

Outcome getinfo(RpcConnection& connection, bool coloured) {
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
    if (wallet) return {0, overview_text(overview, coloured)};

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
    return {0, overview_text(overview, coloured)};
}

}  // namespace daler::client
