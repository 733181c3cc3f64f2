#include <daler/config/settings.h>

#include <algorithm>

namespace daler::config {
namespace {

// A note to people who open the file; not a setting.
constexpr std::string_view note_key = "_warning_";
constexpr std::string_view note =
    "This file is written by dalerd while it runs. Stop it before you change anything here, or put "
    "settings into daler.conf.";

}  // namespace

Result<Json, std::string> parse_saved_settings(std::string_view text) {
    auto parsed = Json::parse(text);
    if (!parsed) return fail("not valid JSON: " + parsed.error());
    if (!parsed->is_object()) return fail(std::string("not a JSON object"));
    Json out = Json::object();
    for (const auto& [key, value] : parsed->members()) {
        if (key == note_key) continue;
        if (out.find(key)) return fail("it has \"" + key + "\" twice");
        out.append(key, value);
    }
    return out;
}

std::string format_saved_settings(const Json& settings) {
    Json out = Json::object();
    out.append(std::string(note_key), note);
    for (const auto& [key, value] : settings.members())
        if (key != note_key) out.append(key, value);
    return out.write(4) + "\n";
}

std::vector<std::string> saved_wallets(const Json& settings) {
    std::vector<std::string> names;
    const Json* list = settings.find("wallet");
    if (!list || !list->is_array()) return names;
    for (const Json& name : list->items())
        if (name.is_string()) names.push_back(name.as_string());
    return names;
}

bool set_saved_wallet(Json& settings, const std::string& name, bool load) {
    auto names = saved_wallets(settings);
    const auto found = std::ranges::find(names, name);
    if (load == (found != names.end())) return false;
    if (load)
        names.push_back(name);
    else
        names.erase(found);
    Json list = Json::array();
    for (auto& wallet : names)
        list.push(std::move(wallet));
    settings.set("wallet", std::move(list));
    return true;
}

}  // namespace daler::config
