#include "networks/commands_list.h"
#include "networks/network.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace daler::networks {
namespace {

/// `text` as one word of a shell.
std::string shell_word(std::string_view text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

}  // namespace

int env(const Arguments& arguments) {
    auto network = Network::find(arguments);
    if (!network) return report(network.error());
    const auto& words = arguments.words();
    const auto node = network->running_node(words.empty() ? std::nullopt : std::optional(words[0]));
    if (!node) return report(node.error());
    const auto [user, password] = credentials_of(**node);
    const std::pair<std::string_view, std::string> values[] = {
        {"url", fmt::format("http://127.0.0.1:{}", (*node)->rpc_port)},
        {"user", user},
        {"password", password},
        // The cookie file keeps the password off the command line.
        {"cli", fmt::format("-rpcconnect=127.0.0.1 -rpcport={} -rpccookiefile={}",
                            (*node)->rpc_port, (*node)->cookie.string())}};
    constexpr std::string_view names[] = {"BITCOIN_RPC_URL", "BITCOIN_RPC_USER",
                                          "BITCOIN_RPC_PASSWORD", "BITCOIN_CLI_OPTIONS"};
    Json out = Json::object();
    out.append("node", (*node)->name);
    for (const auto& [key, value] : values)
        out.append(std::string(key), value);
    if (arguments.has("--json")) {
        fmt::print("{}\n", out.write());
        return EXIT_SUCCESS;
    }
    for (std::size_t i = 0; i < std::size(names); ++i)
        fmt::print("export {}={}\n", names[i], shell_word(values[i].second));
    return EXIT_SUCCESS;
}

}  // namespace daler::networks
