#include "chain_choice.h"

#include "value.h"

#include <daler/config/chain_file.h>
#include <daler/config/settings.h>
#include <daler/encoding/hex.h>
#include <daler/util/split.h>

#include <fmt/format.h>

#include <algorithm>

namespace daler::config {
namespace {

using Step = Result<void, std::string>;

/// -testactivationheight=name@height
Step set_activation(ActivationHeights& heights, const std::string& text) {
    const auto at = text.find('@');
    if (at == std::string::npos) {
        return fail(
            fmt::format("Invalid format ({}) for -testactivationheight=name@height.", text));
    }
    const auto name = text.substr(0, at);
    const auto height = parse_integer(text.substr(at + 1));
    if (!height || *height < 0 || *height >= std::numeric_limits<Height>::max()) {
        return fail(
            fmt::format("Invalid height value ({}) for -testactivationheight=name@height.", text));
    }
    // A new height does not compile here until it has a name. Taproot's height cannot be set.
    auto& [bip34, bip66, bip65, csv, segwit, taproot] = heights;
    Height* const target = name == "segwit"   ? &segwit
                           : name == "bip34"  ? &bip34
                           : name == "dersig" ? &bip66
                           : name == "cltv"   ? &bip65
                           : name == "csv"    ? &csv
                                              : nullptr;
    if (!target)
        return fail(fmt::format("Invalid name ({}) for -testactivationheight=name@height.", text));
    *target = static_cast<Height>(*height);
    return {};
}

/// -vbparams=deployment:start:end[:min_activation_height]
Step set_deployment(std::vector<VersionBitsDeployment>& deployments, const std::string& text) {
    const auto parts = split(text, ':');
    if (parts.size() < 3 || parts.size() > 4) {
        return fail(
            std::string("Version bits parameters malformed, expecting "
                        "deployment:start:end[:min_activation_height]"));
    }
    const auto start = parse_integer(parts[1]);
    if (!start) return fail(fmt::format("Invalid nStartTime ({})", parts[1]));
    const auto timeout = parse_integer(parts[2]);
    if (!timeout) return fail(fmt::format("Invalid nTimeout ({})", parts[2]));
    std::int64_t min_height = 0;
    if (parts.size() == 4) {
        const auto given = parse_integer(parts[3]);
        if (!given || *given < 0 || *given > std::numeric_limits<Height>::max())
            return fail(fmt::format("Invalid min_activation_height ({})", parts[3]));
        min_height = *given;
    }
    for (VersionBitsDeployment& deployment : deployments) {
        if (deployment.name != parts[0]) continue;
        deployment.start_time = *start;
        deployment.timeout = *timeout;
        deployment.min_activation_height = static_cast<Height>(min_height);
        return {};
    }
    return fail(fmt::format("Invalid deployment ({})", parts[0]));
}

}  // namespace

bool is_chain_name(std::string_view name) {
    return std::ranges::find(chain_names, name) != chain_names.end();
}

Result<std::string, std::string> choose_chain(const ChainSwitches& switches) {
    if (switches.count() > 1) {
        return fail(
            std::string("Invalid combination of -regtest, -signet, -testnet, -testnet4 and "
                        "-chain. Can use at most one."));
    }
    if (switches.name) {
        if (!is_chain_name(*switches.name)) return fail("Unknown chain " + *switches.name + ".");
        return *switches.name;
    }
    if (switches.regtest) return std::string("regtest");
    if (switches.signet) return std::string("signet");
    if (switches.testnet) return std::string("test");
    if (switches.testnet4) return std::string("testnet4");
    return std::string("main");
}

namespace {

Result<ChainParams, std::string> chosen_params(const Settings& settings) {
    if (const auto* file = settings.chain_file()) return file->params;
    const auto& chain = settings.chain_name();
    if (chain == "signet" && settings.has("signetchallenge")) {
        const auto challenges = settings.list("signetchallenge");
        if (challenges.size() != 1)
            return fail(std::string("-signetchallenge cannot be multiple values."));
        const auto challenge = from_hex(challenges[0]);
        if (!challenge || challenge->empty())
            return fail(fmt::format("-signetchallenge must be hex, not '{}'.", challenges[0]));
        return signet_params(*challenge);
    }
    ChainParams params = *params_by_name(chain);
    const auto test_rules = settings.list("test");
    if (chain != "regtest") {
        if (test_rules.empty()) return params;
        return fail(std::string("-test=<option> can only be used with regtest"));
    }
    params.retarget.timewarp_protection =
        std::ranges::find(test_rules, "bip94") != test_rules.end();
    for (const auto& text : settings.list("testactivationheight"))
        if (auto step = set_activation(params.activation, text); !step) return fail(step.error());
    for (const auto& text : settings.list("vbparams"))
        if (auto step = set_deployment(params.version_bits, text); !step) return fail(step.error());
    return params;
}

}  // namespace

Result<ChainParams, std::string> Settings::chain_params() const {
    auto params = chosen_params(*this);
    if (!params || !flag("strictregtest")) return params;
    if (!params->is_private) {
        return fail(std::string(
            "-strictregtest works on private chains only: with -regtest or -chainfile."));
    }
    params->is_private = false;
    params->is_strict = true;
    return params;
}

}  // namespace daler::config
