#include "networks/up_options.h"

#include "networks/places.h"
#include "networks/signet.h"
#include "networks/topology.h"

#include <daler/config/settings.h>
#include <daler/encoding/hex.h>
#include <daler/util/random.h>
#include <daler/util/split.h>

#include <fmt/format.h>

#include <charconv>

namespace daler::networks {
namespace {

constexpr std::int64_t max_nodes = 200;
constexpr std::string_view public_seed = "daler";

std::string random_seed() {
    std::array<std::uint8_t, 32> bytes{};
    fill_secure_random(bytes);
    return to_hex(bytes);
}

bool is_loopback(const std::string& address) {
    return address.empty() || address.starts_with("127.") || address == "::1" ||
           address == "localhost";
}

/// The options that choose the chain. The seed is known.
Result<void, std::string> read_chain_options(const Arguments& arguments, UpOptions& out) {
    NetworkFile& plan = out.plan;
    auto& options = plan.chain_options;
    const auto file = arguments.value("--chainfile");
    const auto challenge = arguments.value("--challenge");
    const bool makes_signet = arguments.has("--signet");
    if ((file ? 1 : 0) + (challenge ? 1 : 0) + (makes_signet ? 1 : 0) > 1) {
        return fail(
            std::string("--signet makes a new signet, --challenge follows one, and --chainfile "
                        "describes another chain: choose one of them."));
    }
    if (makes_signet) plan.signer = node_names(1).front();
    plan.challenge = makes_signet ? challenge_of(plan.seed) : challenge.value_or("");
    if (makes_signet || challenge) options = {"-signet", "-signetchallenge=" + plan.challenge};
    if (file) options.push_back("-chainfile=" + std::filesystem::absolute(*file).string());
    for (const auto& rule : arguments.values("--rule"))
        options.push_back("-rule=" + rule);
    if (options.empty()) options.emplace_back("-regtest");
    return {};
}

/// Without a key of the signet no node of the network can mine.
bool can_mine(const NetworkFile& plan) {
    if (plan.challenge.empty() || !plan.signer.empty()) return true;
    return std::ranges::any_of(plan.node_options, [](const std::string& option) {
        return option.starts_with("-signetsigner=");
    });
}

/// The chain of these options, from the same code that a node uses.
Result<ChainParams, std::string> chain_of(const std::vector<std::string>& options) {
    // No config file may change the chain: there is none in this folder.
    const auto folder = run_folder();
    if (!folder) return fail(folder.error());
    std::vector<std::string> arguments = options;
    arguments.push_back("-datadir=" + folder->string());
    const auto settings =
        config::Settings::load(config::node_options(), arguments, config::disk_files(), *folder);
    if (!settings) return fail(settings.error());
    return settings->chain_params();
}

Result<void, std::string> read_seed(const Arguments& arguments, UpOptions& out) {
    NetworkFile& plan = out.plan;
    const auto seed = arguments.value("--seed");
    if (seed && seed->empty()) return fail(std::string("--seed needs a word."));
    // Nodes of the same name and seed in two networks that join would have the same keys.
    const bool is_private = plan.kept || !is_loopback(plan.listen) || !plan.peers.empty() ||
                            arguments.has("--signet") || arguments.has("--challenge");
    plan.seed = seed ? *seed : is_private ? random_seed() : std::string(public_seed);
    plan.seed_is_public = plan.seed == public_seed;
    plan.time = arguments.value("--time").value_or("");
    return {};
}

Result<void, std::string> read_mine(const Arguments& arguments, UpOptions& out) {
    const std::string mine = arguments.value("--mine").value_or("off");
    if (mine == "off") return {};
    if (!can_mine(out.plan))
        return fail(std::string("--mine: only a node with the key of the signet can mine."));
    const bool repeatable = !out.plan.time.empty() && arguments.has("--seed");
    for (const auto& part : daler::split(mine, ',')) {
        if (!repeatable || part == "tx") continue;
        return fail(
            fmt::format("--mine {}: with --seed and --time the chain's time stands still, "
                        "so only --mine tx is possible.",
                        part));
    }
    out.mine = mine;
    return {};
}

Result<void, std::string> read_fund(const Arguments& arguments, UpOptions& out) {
    const auto text = arguments.value("--fund");
    // A network that joins another one gets its chain, and must not mine a competing one.
    const bool mines = out.plan.peers.empty() && can_mine(out.plan);
    const std::string usual = mines ? "50" : "0";
    const auto amount = Amount::from_text(text.value_or(usual));
    if (!amount || !is_money(*amount)) {
        return fail(
            fmt::format("--fund must be an amount of bitcoins from 0 to 21000000, not "
                        "\"{}\".",
                        text.value_or(usual)));
    }
    out.fund = *amount;
    if (out.fund == Amount{} || can_mine(out.plan)) return {};
    return fail(std::string(
        "--fund: only a node with the key of the signet can mine. Let it pay to your wallet."));
}

Result<void, std::string> read_name(const Arguments& arguments, UpOptions& out) {
    const auto name = arguments.value("--name");
    if (!name) return {};
    if (const auto wrong = wrong_name(*name)) return fail("--name: " + *wrong);
    out.name = *name;
    out.plan.kept = true;
    return {};
}

}  // namespace

std::vector<std::string> node_names(std::size_t count) {
    std::vector<std::string> out;
    for (std::size_t i = 1; i <= count; ++i)
        out.push_back(fmt::format("n{}", i));
    return out;
}

std::string automine_of(std::string_view when, std::size_t index, std::size_t count) {
    constexpr std::string_view random = "poisson:";
    std::string out;
    for (std::string part : daler::split(when, ',')) {
        const bool is_random = part.starts_with(random);
        if (!is_random && index > 0) continue;
        if (is_random) {
            double seconds = 0;
            const char* const begin = part.data() + random.size();
            const char* const end = part.data() + part.size();
            const auto [unit, error] = std::from_chars(begin, end, seconds);
            if (error == std::errc{})
                part = fmt::format("{}{}{}", random, seconds * static_cast<double>(count),
                                   std::string_view(unit, static_cast<std::size_t>(end - unit)));
        }
        out += out.empty() ? part : "," + part;
    }
    return out;
}

Result<UpOptions, std::string> read_up_options(const Arguments& arguments) {
    UpOptions out;
    const auto count = parse_count("-n", arguments.value("-n").value_or("1"), 1, max_nodes);
    if (!count) return fail(count.error());
    out.count = static_cast<std::size_t>(*count);
    out.background = arguments.has("-d");
    out.json = arguments.has("--json");
    out.plan.listen = arguments.value("--listen").value_or("");
    out.plan.peers = arguments.values("--join");
    out.plan.node_options = arguments.rest();
    for (auto* const step : {read_name, read_seed, read_chain_options, read_mine, read_fund})
        if (auto done = step(arguments, out); !done) return fail(done.error());
    const auto chain = chain_of(out.plan.chain_options);
    if (!chain) return fail(chain.error());
    out.chain = *chain;
    out.plan.topology = arguments.value("--topology").value_or("ring");
    auto links = make_links(out.plan.topology, node_names(out.count));
    if (!links) return fail(links.error());
    out.plan.links = std::move(*links);
    return out;
}

}  // namespace daler::networks
