#include <daler/encoding/hex.h>

#include <fmt/format.h>

#include <charconv>

#include "key_expression.h"

namespace daler::descriptor {
namespace {

constexpr std::size_t fingerprint_digits = 8;

bool is_hardened_mark(char c) {
    return c == 'h' || c == '\'';
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> out;
    for (;;) {
        const auto end = text.find(separator);
        out.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return out;
        text.remove_prefix(end + 1);
    }
}

struct ParsedPath {
    std::vector<std::uint32_t> steps;
    char hardened_mark = 'h';
};

Result<std::uint32_t, std::string> parse_step(std::string_view part, char& hardened_mark) {
    bool hardened = false;
    if (!part.empty() && is_hardened_mark(part.back())) {
        hardened = true;
        hardened_mark = part.back();
        part.remove_suffix(1);
    }
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error != std::errc{} || end != part.data() + part.size())
        return fail(fmt::format("Key path value '{}' is not a valid uint32", part));
    if (number >= crypto::hardened)
        return fail(fmt::format("Key path value {} is out of range", number));
    return hardened ? number | crypto::hardened : number;
}

/// The chosen step of a specifier "<a;b>".
Result<std::uint32_t, std::string> parse_choice(std::string_view part, char& hardened_mark,
                                                Multipath& multipath) {
    const auto items = split(part.substr(1, part.size() - 2), ';');
    if (items.size() < 2)
        return fail(std::string("Multipath key path specifiers must have at least two items"));
    if (items.size() > max_multipath_items) {
        return fail(fmt::format("Multipath key path specifiers must have at most {} items",
                                max_multipath_items));
    }
    std::vector<std::uint32_t> steps;
    for (const auto item : items) {
        const auto step = parse_step(item, hardened_mark);
        if (!step) return step;
        if (std::ranges::find(steps, *step) != steps.end())
            return fail(fmt::format("Duplicated key path value {} in multipath specifier", *step));
        steps.push_back(*step);
    }
    multipath.sizes.push_back(steps.size());
    return steps[std::min(multipath.chosen, steps.size() - 1)];
}

/// `parts` are the steps between slashes. `multipath`: null where one path is allowed only.
Result<ParsedPath, std::string> parse_path(std::span<const std::string_view> parts,
                                           Multipath* multipath) {
    ParsedPath out;
    bool has_choice = false;
    for (const std::string_view part : parts) {
        const bool is_choice = part.size() > 1 && part.front() == '<' && part.back() == '>';
        if (is_choice && !multipath) {
            return fail(
                fmt::format("Key path value '{}' specifies multipath in a section where "
                            "multipath is not allowed",
                            part));
        }
        if (is_choice && has_choice)
            return fail(std::string("Multiple multipath key path specifiers found"));
        has_choice = has_choice || is_choice;
        const auto step = is_choice ? parse_choice(part, out.hardened_mark, *multipath)
                                    : parse_step(part, out.hardened_mark);
        if (!step) return fail(step.error());
        out.steps.push_back(*step);
    }
    return out;
}

using Constant = KeyExpression::Constant;
using Extended = KeyExpression::Extended;
using Key = std::variant<Constant, Extended>;

Result<Key, std::string> parse_hex_key(std::string_view text, ScriptContext context,
                                       bool uncompressed_allowed) {
    const Bytes data = *from_hex(text);
    if (data.size() == 32 && context == ScriptContext::p2tr) {
        const auto key = crypto::XOnlyKey::from_bytes(data);
        if (key && key->is_on_curve()) return Constant{full_key(*key), true, {}};
    }
    const auto key = crypto::PublicKey::from_bytes(data);
    if (key && (data[0] == 6 || data[0] == 7))
        return fail(std::string("Hybrid public keys are not allowed"));
    if (!key || !key->is_on_curve()) return fail(fmt::format("Pubkey '{}' is invalid", text));
    if (!key->is_compressed() && !uncompressed_allowed)
        return fail(std::string("Uncompressed keys are not allowed"));
    return Constant{*key, false, {}};
}

Result<Key, std::string> parse_extended_key(std::vector<std::string_view> parts,
                                            const AddressFormat& format, Multipath& multipath) {
    const auto secret =
        crypto::ExtendedPrivateKey::from_text(parts.front(), format.extended_secret);
    const auto root =
        secret ? secret->neuter()
               : crypto::ExtendedPublicKey::from_text(parts.front(), format.extended_public);
    if (!root) return fail(fmt::format("key '{}' is not valid", parts.front()));

    using Wildcard = KeyExpression::Wildcard;
    auto wildcard = Wildcard::none;
    char wildcard_mark = 0;
    const std::string_view last = parts.back();
    if (last == "*") {
        wildcard = Wildcard::normal;
    } else if (last == "*'" || last == "*h") {
        wildcard = Wildcard::hardened;
        wildcard_mark = last.back();
    }
    if (wildcard != Wildcard::none) parts.pop_back();
    const auto path = parse_path(std::span(parts).subspan(1), &multipath);
    if (!path) return fail(path.error());

    const char mark = wildcard_mark ? wildcard_mark : path->hardened_mark;
    Extended out{*root, secret, path->steps, wildcard, mark};
    out.derive_parent();
    return out;
}

/// A key without origin.
Result<Key, std::string> parse_bare_key(std::string_view text, ScriptContext context,
                                        const AddressFormat& format, Multipath& multipath) {
    const bool uncompressed_allowed =
        context == ScriptContext::top || context == ScriptContext::p2sh;
    auto parts = split(text, '/');
    if (parts.front().empty()) return fail(std::string("No key provided"));
    if (parts.size() > 1) return parse_extended_key(std::move(parts), format, multipath);
    if (is_hex(text)) return parse_hex_key(text, context, uncompressed_allowed);
    if (const auto secret = decode_wif(text, format)) {
        if (!secret->compressed && !uncompressed_allowed)
            return fail(std::string("Uncompressed keys are not allowed"));
        return Constant{secret->public_key(), context == ScriptContext::p2tr, secret};
    }
    return parse_extended_key(std::move(parts), format, multipath);
}

/// The text between the brackets: fingerprint and path.
Result<KeyExpression::Origin, std::string> parse_origin(std::string_view text) {
    const auto parts = split(text, '/');
    const std::string_view digits = parts.front();
    if (digits.size() != fingerprint_digits) {
        return fail(fmt::format(
            "Fingerprint is not 4 bytes ({} characters instead of 8 characters)", digits.size()));
    }
    KeyExpression::Origin out;
    if (!from_hex(digits, out.origin.fingerprint))
        return fail(fmt::format("Fingerprint '{}' is not hex", digits));
    const auto path = parse_path(std::span(parts).subspan(1), nullptr);
    if (!path) return fail(path.error());
    out.origin.path = path->steps;
    out.hardened_mark = path->hardened_mark;
    return out;
}

}  // namespace

Result<KeyExpression, std::string> parse_key(std::string_view text, ScriptContext context,
                                             const AddressFormat& format, Multipath& multipath) {
    const auto parts = split(text, ']');
    if (parts.size() > 2)
        return fail(std::string("Multiple ']' characters found for a single pubkey"));
    std::optional<KeyExpression::Origin> origin;
    if (parts.size() == 2) {
        if (parts[0].empty() || parts[0].front() != '[') {
            return fail(fmt::format(
                "Key origin start '[ character expected but not found, got '{}' instead",
                parts[0].empty() ? ']' : parts[0].front()));
        }
        auto parsed = parse_origin(parts[0].substr(1));
        if (!parsed) return fail(parsed.error());
        origin = std::move(*parsed);
    }
    auto key = parse_bare_key(parts.back(), context, format, multipath);
    if (!key) return fail(key.error());
    return KeyExpression(std::move(origin), std::move(*key));
}

}  // namespace daler::descriptor
