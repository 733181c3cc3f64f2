#include "value.h"

#include <daler/config/settings.h>
#include <daler/util/ensure.h>

namespace daler::config {

const Option& Settings::option(std::string_view name) const {
    const Option* found = find_option(options_, name);
    ensure(found != nullptr);
    return *found;
}

const std::vector<Settings::Value>* Settings::values(const Values& source, std::string_view name) {
    const auto found = source.find(name);
    return found == source.end() || found->second.empty() ? nullptr : &found->second;
}

std::vector<const Settings::Values*> Settings::lower_sources(const Option& option) const {
    std::vector<const Values*> sources{&saved_};
    if (const auto own = sections_.find(chain_); own != sections_.end())
        sources.push_back(&own->second);
    const bool top_counts = !option.network_only || chain_ == "main";
    if (const auto top = sections_.find(""); top != sections_.end() && top_counts)
        sources.push_back(&top->second);
    return sources;
}

const Settings::Value* Settings::find(std::string_view name) const {
    const Option& wanted = option(name);
    if (const auto* given = values(command_line_, name)) return &given->back();
    for (const Values* source : lower_sources(wanted))
        if (const auto* given = values(*source, name)) return &given->front();
    return nullptr;
}

bool Settings::has(std::string_view name) const {
    return find(name) != nullptr;
}

bool Settings::negated(std::string_view name) const {
    if (option(name).kind != Kind::list) {
        const Value* value = find(name);
        return value && value->negated;
    }
    // A list is negated if its last value in the highest source that has it is a negation.
    if (const auto* given = values(command_line_, name)) return given->back().negated;
    for (const Values* source : lower_sources(option(name)))
        if (const auto* given = values(*source, name)) return given->back().negated;
    return false;
}

std::optional<bool> Settings::flag_if_set(std::string_view name) const {
    ensure(option(name).kind == Kind::flag);
    const Value* value = find(name);
    if (!value) return std::nullopt;
    return !value->negated;
}

bool Settings::flag(std::string_view name) const {
    return flag_if_set(name).value_or(option(name).fallback == "1");
}

std::optional<std::int64_t> Settings::integer_if_set(std::string_view name) const {
    ensure(option(name).kind == Kind::integer);
    const Value* value = find(name);
    if (!value) return std::nullopt;
    return parse_integer(value->text);
}

std::int64_t Settings::integer(std::string_view name) const {
    return integer_if_set(name).value_or(parse_integer(option(name).fallback).value_or(0));
}

Amount Settings::amount(std::string_view name) const {
    ensure(option(name).kind == Kind::amount);
    const Value* value = find(name);
    const std::string_view text = value ? value->text : option(name).fallback;
    return Amount::from_text(text).value_or(Amount{0});
}

std::optional<std::string> Settings::text_if_set(std::string_view name) const {
    const Kind kind = option(name).kind;
    ensure(kind == Kind::text || kind == Kind::path);
    const Value* value = find(name);
    if (!value) return std::nullopt;
    return value->negated ? std::string{} : value->text;
}

std::string Settings::text(std::string_view name) const {
    return text_if_set(name).value_or(std::string(option(name).fallback));
}

std::filesystem::path Settings::path(std::string_view name) const {
    ensure(option(name).kind == Kind::path);
    const auto given = text(name);
    return given.empty() ? std::filesystem::path{} : chain_folder_ / given;
}

std::optional<U256> Settings::hash(std::string_view name) const {
    ensure(option(name).kind == Kind::hash);
    const Value* value = find(name);
    if (!value) return std::nullopt;
    std::string_view text = value->text;
    if (text.starts_with("0x")) text.remove_prefix(2);
    return U256::from_hex(text);
}

std::vector<std::string> Settings::list(std::string_view name) const {
    const Option& wanted = option(name);
    ensure(wanted.kind == Kind::list);
    std::vector<const Values*> sources{&command_line_};
    for (const Values* source : lower_sources(wanted))
        sources.push_back(source);

    std::vector<std::string> out;
    for (const Values* source : sources) {
        const auto* given = values(*source, name);
        if (!given) continue;
        const std::size_t kept = out.size();
        bool cleared = false;
        for (const Value& value : *given) {
            if (value.negated) {
                out.resize(kept);
                cleared = true;
            } else {
                out.push_back(value.text);
            }
        }
        // "-nox" also drops the values of lower sources.
        if (cleared) break;
    }
    return out;
}

}  // namespace daler::config
