#include "node/option_checks.h"

#include <daler/config/option.h>
#include <daler/net/peer_address.h>
#include <daler/wire/address.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace daler::node {
namespace {

using config::Kind;
using config::Settings;
using Status = Result<void, std::string>;

constexpr auto reachable_networks = std::to_array<std::string_view>({"ipv4", "ipv6"});

struct Refusal {
    std::string_view option;
    std::string_view why;
};

constexpr std::string_view no_proxy =
    "daler does not support proxies: its connections would be direct.";

constexpr auto refusals = std::to_array<Refusal>({
    {"proxy", no_proxy},
    {"onion", no_proxy},
    {"i2psam", no_proxy},
    {"maxuploadtarget", "daler does not limit uploads."},
    {"signer", "daler does not support external signers."},
    {"walletcrosschain", "the file of a wallet belongs to one chain."},
});

// In the order of Bitcoin Core's list. clang-format off
constexpr auto without_effect = std::to_array<std::string_view>({"seednode",
                                                                 "timeout",
                                                                 "externalip",
                                                                 "dnsseed",
                                                                 "fixedseeds",
                                                                 "discover",
                                                                 "v2transport",
                                                                 "maxreceivebuffer",
                                                                 "maxsendbuffer",
                                                                 "whitelistrelay",
                                                                 "whitelistforcerelay",
                                                                 "logips",
                                                                 "signetseednode",
                                                                 "unsafesqlitesync",
                                                                 "upnp",
                                                                 "natpmp",
                                                                 "shrinkdebugfile",
                                                                 "listenonion",
                                                                 "checkmempool",
                                                                 "checkblockindex",
                                                                 "checkaddrman",
                                                                 "checkpoints",
                                                                 "maxtimeadjustment",
                                                                 "dbbatchsize",
                                                                 "printpriority",
                                                                 "capturemessages",
                                                                 "flushwallet",
                                                                 "swapbdbendian",
                                                                 "privdb",
                                                                 "asmap",
                                                                 "forcednsseed",
                                                                 "peerbloomfilters",
                                                                 "rest",
                                                                 "txreconciliation",
                                                                 "i2pacceptincoming",
                                                                 "cjdnsreachable",
                                                                 "proxyrandomize",
                                                                 "sandbox"});
// clang-format on

/// The given value, if it differs from the default.
std::optional<std::string> non_default_value(const Settings& settings, std::string_view name) {
    if (!settings.has(name)) return std::nullopt;
    const auto& option = *config::find_option(config::node_options(), name);
    std::string value;
    switch (option.kind) {
        case Kind::flag:
            value = settings.flag(name) ? "1" : "0";
            break;
        case Kind::integer:
            value = std::to_string(settings.integer(name));
            break;
        case Kind::list:
            value = fmt::format("{}", fmt::join(settings.list(name), ","));
            break;
        default:
            value = settings.negated(name) ? "" : settings.text(name);
    }
    const bool is_nothing = value.empty() || (value == "0" && option.kind != Kind::flag);
    if (is_nothing || value == option.fallback) return std::nullopt;
    return value;
}

Status check_networks(const Settings& settings) {
    for (const auto& word : settings.list("onlynet")) {
        if (std::ranges::find(reachable_networks, word) != reachable_networks.end()) continue;
        if (word == "onion" || word == "tor") {
            return fail(
                std::string("Outbound connections restricted to Tor (-onlynet=onion) but the proxy "
                            "for reaching "
                            "the Tor network is not provided: none of -proxy, -onion or "
                            "-listenonion is given"));
        }
        if (word == "i2p") {
            return fail(
                std::string("Outbound connections restricted to i2p (-onlynet=i2p) but "
                            "-i2psam is not provided"));
        }
        if (word == "cjdns") {
            return fail(std::string(
                settings.flag("cjdnsreachable")
                    ? "-onlynet=cjdns is not supported: daler does not connect to CJDNS."
                    : "Outbound connections restricted to CJDNS (-onlynet=cjdns) but "
                      "-cjdnsreachable is not provided"));
        }
        return fail(fmt::format("Unknown network specified in -onlynet: '{}'", word));
    }
    for (const auto& text : settings.list("externalip")) {
        const auto address = net::PeerAddress::from_text(text, 1);
        if (!address || !wire::HostAddress::from_text(address->host))
            return fail(fmt::format("Cannot resolve -externalip address: '{}'", text));
    }
    return {};
}

Status check_combinations(const Settings& settings) {
    for (const auto& [option, what] :
         {std::pair{"walletdir", "wallets"}, std::pair{"blocksdir", "blocks"}}) {
        if (!settings.flag("inmemory") || !settings.has(option)) continue;
        return fail(
            fmt::format("-{} names a folder on disk, but with -inmemory {} are in memory. Remove "
                        "one of the two.",
                        option, what));
    }
    const bool never_listens = settings.flag_if_set("listen") == false;
    if (never_listens && !settings.list("bind").empty())
        return fail(std::string("Cannot set -bind or -whitebind together with -listen=0"));
    // With -connect, -dnsseed is off unless it is set.
    const bool dns_seed = settings.flag_if_set("dnsseed").value_or(!settings.has("connect"));
    if (settings.flag("forcednsseed") && !dns_seed) {
        return fail(
            std::string("Cannot set -forcednsseed to true when setting -dnsseed to false."));
    }
    return {};
}

/// The options of the group `private_networks` change history, time or rules.
Status check_private_networks(const Settings& settings) {
    const auto params = settings.chain_params();
    if (!params || !params->is_public()) return {};
    for (const auto& option : config::node_options()) {
        if (option.group != config::Group::private_networks || !settings.has(option.name)) continue;
        return fail(
            fmt::format("-{} works on private networks only: with -regtest, -chainfile or a "
                        "-signetchallenge of your own.",
                        option.name));
    }
    return {};
}

/// A number of bytes such as 12, 12k or 12M: small letters are powers of 1000, capitals of 1024.
bool is_byte_count(std::string_view text) {
    constexpr std::string_view units = "kKmMgGtT";
    if (!text.empty() && units.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_zero(std::string_view byte_count) {
    return byte_count.find_first_of("123456789") == std::string_view::npos;
}

Status check_refused(const Settings& settings) {
    if (const auto limit = non_default_value(settings, "maxuploadtarget");
        limit && !is_byte_count(*limit)) {
        return fail(fmt::format("Unable to parse -maxuploadtarget: '{}'", *limit));
    }
    for (const auto& [option, why] : refusals) {
        const auto value = non_default_value(settings, option);
        if (!value || (option == "maxuploadtarget" && is_zero(*value))) continue;
        return fail(fmt::format("-{0}={1} is not supported: {2} Remove it, or set -{0}=0.", option,
                                *value, why));
    }
    return {};
}

}  // namespace

Status check_options(const Settings& settings) {
    if (const auto& lines = settings.misplaced(); !lines.empty())
        return fail(fmt::format("{}\n", fmt::join(lines, "\n")));
    for (const auto check :
         {&check_refused, &check_networks, &check_combinations, &check_private_networks})
        if (auto status = check(settings); !status) return status;
    return {};
}

std::vector<std::string> options_without_effect(const Settings& settings) {
    std::vector<std::string> out;
    for (const auto name : without_effect)
        if (const auto value = non_default_value(settings, name))
            out.push_back(fmt::format("-{}={} has no effect here", name, *value));
    return out;
}

}  // namespace daler::node
