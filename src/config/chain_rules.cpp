#include "chain_rules.h"

#include <daler/encoding/hex.h>

#include <fmt/format.h>

#include <set>

namespace daler::config {
namespace {

constexpr std::size_t digest_digits = 8;  // of a name

/// The fields of a built-in chain that the chain files of both share.
Json built_in_fields(const ChainParams& params) {
    Json fields = Json::object();
    fields.append("name", params.name);
    fields.append("port", params.p2p_port);
    fields.append("rpcport", params.rpc_port);
    fields.append("bech32_hrp", params.address.bech32_hrp);
    fields.append("pow_limit", params.pow_limit.to_hex());
    fields.append("retarget_rule", params.retarget.never ? "none" : "bitcoin");
    fields.append("halving_interval", params.halving_interval);
    fields.append("genesis_time", std::int64_t{params.genesis->header.time});
    return fields;
}

/// Whether a chain file has a number in this field. `rules`: those of a file, with defaults.
bool is_number(const Json& rules, std::string_view field) {
    if (field == "port" || field == "rpcport") return true;
    const Json* usual = rules.find(field);
    return usual && usual->is_number();
}

Json value_of(const std::string& text, bool is_number) {
    if (is_number)
        if (auto parsed = Json::parse(text); parsed && parsed->is_number()) return *parsed;
    return text;
}

Json without(const Json& fields, std::string_view name) {
    Json out = Json::object();
    for (const auto& [field, value] : fields.members())
        if (field != name) out.append(field, value);
    return out;
}

}  // namespace

Json regtest_fields() {
    return built_in_fields(regtest_params());
}

Json signet_fields(const std::string& challenge) {
    Json fields = built_in_fields(signet_params());
    fields.append("signet_challenge", challenge);
    return fields;
}

Result<ChainFile, std::string> change_rules(Json fields, std::span<const std::string> rules) {
    const Json* old_name = fields.find("name");
    const std::string name =
        old_name && old_name->is_string() ? old_name->as_string() : std::string("private");
    // A chain file cannot have the name of a built-in chain.
    fields = without(fields, "name");
    const auto before = read_chain_fields(fields);
    if (!before) return before;

    std::set<std::string, std::less<>> changed;
    for (const std::string& rule : rules) {
        const auto equals = rule.find('=');
        if (equals == std::string::npos || equals == 0)
            return fail(fmt::format("\"{}\" is not of the form FIELD=VALUE", rule));
        const auto field = rule.substr(0, equals);
        fields.set(field, value_of(rule.substr(equals + 1), is_number(before->rules, field)));
        changed.insert(field);
    }
    if (!changed.contains("magic")) fields = without(fields, "magic");
    auto file = read_chain_fields(fields);
    if (!file || changed.contains("name")) return file;
    file->params.name = name + "-" + to_hex(file->digest.bytes).substr(0, digest_digits);
    file->params.folder = file->params.name;
    return file;
}

}  // namespace daler::config
