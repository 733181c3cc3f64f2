#include "key_expression.h"

#include <daler/encoding/hex.h>

namespace daler::descriptor {
namespace {

/// The mark of hardened steps in a text of this form; `written`: as it was written.
char mark_of(TextMode mode, char written) {
    if (mode == TextMode::normalized) return 'h';
    return mode == TextMode::apostrophes ? '\'' : written;
}

}  // namespace

std::size_t KeyExpression::Extended::hardened_size() const {
    const auto is_hardened = [](std::uint32_t step) { return (step & crypto::hardened) != 0; };
    const auto last = std::find_if(path.rbegin(), path.rend(), is_hardened);
    return path.size() - static_cast<std::size_t>(last - path.rbegin());
}

void KeyExpression::Extended::derive_parent() {
    const auto split = hardened_size();
    if (split == 0) base = root;
    parent_secret = root_secret;
    for (std::size_t i = 0; i < path.size() && parent_secret; ++i) {
        parent_secret = parent_secret->derive(path[i]);
        if (parent_secret && i + 1 == split) base = parent_secret->neuter();
    }
    parent = base;
    for (const std::uint32_t step : std::span(path).subspan(split))
        if (parent) parent = parent->derive(step);
}

bool KeyExpression::is_range() const {
    const auto* extended = std::get_if<Extended>(&key_);
    return extended && extended->wildcard != Wildcard::none;
}

bool KeyExpression::is_compressed() const {
    const auto* constant = std::get_if<Constant>(&key_);
    return !constant || constant->key.is_compressed();
}

bool KeyExpression::has_secret() const {
    const auto* constant = std::get_if<Constant>(&key_);
    return constant ? constant->secret.has_value()
                    : std::get<Extended>(key_).root_secret.has_value();
}

std::optional<KeyExpression::Derived> KeyExpression::derive(std::uint32_t index) const {
    if (const auto* constant = std::get_if<Constant>(&key_)) {
        Derived out{constant->key, {}};
        if (origin_) {
            out.origin = origin_->origin;
        } else {
            const auto hash = constant->key.hash();
            std::copy_n(hash.begin(), out.origin.fingerprint.size(),
                        out.origin.fingerprint.begin());
        }
        return out;
    }
    const auto& extended = std::get<Extended>(key_);
    KeyOrigin origin = origin_ ? origin_->origin : KeyOrigin{extended.root.fingerprint(), {}};
    origin.path.insert(origin.path.end(), extended.path.begin(), extended.path.end());
    if (extended.wildcard == Wildcard::none) {
        if (!extended.parent) return std::nullopt;
        return Derived{extended.parent->key(), std::move(origin)};
    }
    if (extended.wildcard == Wildcard::normal) {
        origin.path.push_back(index);
        const auto child = extended.parent ? extended.parent->derive(index) : std::nullopt;
        if (!child) return std::nullopt;
        return Derived{child->key(), std::move(origin)};
    }
    origin.path.push_back(index | crypto::hardened);
    const auto child = extended.parent_secret
                           ? extended.parent_secret->derive(index | crypto::hardened)
                           : std::nullopt;
    if (child) return Derived{child->key().public_key(), std::move(origin)};
    const auto known = extended.known.find(index);
    if (known == extended.known.end()) return std::nullopt;
    return Derived{known->second, std::move(origin)};
}

std::optional<WalletKey> KeyExpression::derive_secret(std::uint32_t index) const {
    if (const auto* constant = std::get_if<Constant>(&key_)) return constant->secret;
    const auto& extended = std::get<Extended>(key_);
    if (!extended.parent_secret) return std::nullopt;
    if (extended.wildcard == Wildcard::none) return WalletKey{extended.parent_secret->key(), true};
    if (extended.wildcard == Wildcard::hardened) index |= crypto::hardened;
    const auto child = extended.parent_secret->derive(index);
    if (!child) return std::nullopt;
    return WalletKey{child->key(), true};
}

std::string KeyExpression::constant_text(const Constant& key, TextMode mode,
                                         const AddressFormat& format) const {
    if (mode == TextMode::private_keys && key.secret) return encode_wif(*key.secret, format);
    return to_hex(key.x_only ? key.key.bytes().subspan(1) : key.key.bytes());
}

std::string KeyExpression::extended_text(const Extended& key, TextMode mode,
                                         const AddressFormat& format) const {
    std::string out = mode == TextMode::private_keys && key.root_secret
                          ? key.root_secret->to_text(format.extended_secret)
                          : key.root.to_text(format.extended_public);
    const char mark = mark_of(mode, key.hardened_mark);
    out += path_to_text(key.path, mark);
    if (key.wildcard != Wildcard::none) out += "/*";
    if (key.wildcard == Wildcard::hardened) out.push_back(mark);
    return out;
}

std::optional<std::string> KeyExpression::to_text(TextMode mode,
                                                  const AddressFormat& format) const {
    const auto* extended = std::get_if<Extended>(&key_);
    if (extended && mode == TextMode::normalized) return normalized_text(*extended, format);
    std::string out;
    if (origin_) {
        const char mark = mark_of(mode, origin_->hardened_mark);
        out = "[" + origin_->origin.to_text(mark) + "]";
    }
    return out + (extended ? extended_text(*extended, mode, format)
                           : constant_text(std::get<Constant>(key_), mode, format));
}

std::optional<std::string> KeyExpression::normalized_text(const Extended& key,
                                                          const AddressFormat& format) const {
    const auto split = key.hardened_size();
    if (key.wildcard == Wildcard::hardened || split == 0) {
        const std::string origin = origin_ ? "[" + origin_->origin.to_text() + "]" : "";
        return origin + extended_text(key, TextMode::normalized, format);
    }
    if (!key.base) return std::nullopt;

    KeyOrigin origin = origin_ ? origin_->origin : KeyOrigin{key.root.fingerprint(), {}};
    const auto hardened_steps = std::span(key.path).first(split);
    origin.path.insert(origin.path.end(), hardened_steps.begin(), hardened_steps.end());
    return "[" + origin.to_text() + "]" + key.base->to_text(format.extended_public) +
           path_to_text(std::span(key.path).subspan(split)) +
           (key.wildcard == Wildcard::none ? "" : "/*");
}

}  // namespace daler::descriptor
