// Takes the private keys out of a descriptor, and puts them back.

#include "node.h"

namespace daler::descriptor {
namespace {

enum CacheBit : std::uint8_t { base_bit = 1, known_bit = 2 };

// A base is a child, so its bytes begin with any version.
constexpr crypto::KeyVersion cache_version{};

/// A copy whose keys are `change(key)`.
template <class Change>
DescriptorNode with_keys(const DescriptorNode& node, const Change& change) {
    DescriptorNode out = node;
    for (auto& key : out.keys)
        key = change(key);
    for (auto& child : out.children)
        child = with_keys(child, change);
    return out;
}

template <class Visit>
void visit_keys(const DescriptorNode& node, const Visit& visit) {
    for (const auto& key : node.keys)
        visit(key);
    for (const auto& child : node.children)
        visit_keys(child, visit);
}

/// The private key of a public key that is written in a descriptor. Of an x-only key the other full
/// key may be known.
PrivateKeys::const_iterator find_written(const PrivateKeys& keys, const crypto::PublicKey& key,
                                         bool x_only) {
    const auto found = keys.find(key);
    if (found != keys.end() || !x_only) return found;
    Bytes other(key.bytes().begin(), key.bytes().end());
    other[0] ^= 1;  // 02 and 03
    return keys.find(*crypto::PublicKey::from_bytes(other));
}

}  // namespace

std::optional<PrivateKeys::value_type> KeyExpression::written_secret() const {
    if (const auto* constant = std::get_if<Constant>(&key_)) {
        if (!constant->secret) return std::nullopt;
        return PrivateKeys::value_type{constant->secret->public_key(), constant->secret->key};
    }
    const auto& extended = std::get<Extended>(key_);
    if (!extended.root_secret) return std::nullopt;
    return PrivateKeys::value_type{extended.root.key(), extended.root_secret->key()};
}

const crypto::ExtendedPublicKey* KeyExpression::extended_key() const {
    const auto* extended = std::get_if<Extended>(&key_);
    return extended ? &extended->root : nullptr;
}

KeyExpression KeyExpression::without_secret(std::uint32_t begin, std::uint32_t end) const {
    KeyExpression out = *this;
    if (auto* constant = std::get_if<Constant>(&out.key_)) {
        constant->secret.reset();
        return out;
    }
    auto& extended = std::get<Extended>(out.key_);
    if (!extended.root_secret) return out;
    if (extended.wildcard == Wildcard::hardened)
        for (std::uint32_t index = begin; index < end; ++index)
            if (!extended.known.contains(index))
                if (auto derived = derive(index)) extended.known.emplace(index, derived->key);
    extended.root_secret.reset();
    extended.parent_secret.reset();
    return out;
}

KeyExpression KeyExpression::with_secret(const PrivateKeys& keys) const {
    KeyExpression out = *this;
    if (auto* constant = std::get_if<Constant>(&out.key_)) {
        const auto found = find_written(keys, constant->key, constant->x_only);
        if (found == keys.end()) return out;
        constant->key = found->first;
        constant->secret = WalletKey{found->second, found->first.is_compressed()};
        return out;
    }
    auto& extended = std::get<Extended>(out.key_);
    const auto found = keys.find(extended.root.key());
    if (found == keys.end()) return out;
    extended.root_secret = crypto::ExtendedPrivateKey(extended.root.origin(), found->second);
    extended.derive_parent();
    return out;
}

KeyCache KeyExpression::cache(std::uint32_t begin, std::uint32_t end) const {
    if (const auto* constant = std::get_if<Constant>(&key_)) return {.written = constant->key};
    const auto& extended = std::get<Extended>(key_);
    KeyCache out{.written = extended.root.key()};
    if (extended.wildcard != Wildcard::hardened) {
        if (extended.hardened_size() > 0) out.last_hardened = extended.base;
        out.parent = extended.parent;
        return out;
    }
    for (std::uint32_t index = begin; index < end && extended.parent_secret; ++index) {
        const auto child = extended.parent_secret->derive(index | crypto::hardened);
        if (child) out.derived.emplace(index, child->neuter());
    }
    if (extended.parent_secret) return out;
    for (const auto& [index, key] : extended.known) {
        crypto::ExtendedKeyOrigin origin;
        origin.depth =
            static_cast<std::uint8_t>(extended.root.origin().depth + extended.path.size() + 1);
        origin.child_number = index | crypto::hardened;
        out.derived.emplace(index, crypto::ExtendedPublicKey(origin, key));
    }
    return out;
}

bool KeyExpression::take_cache(const KeyCache& cache) {
    auto* extended = std::get_if<Extended>(&key_);
    if (!extended) return !cache.parent && !cache.last_hardened && cache.derived.empty();
    if (extended->root_secret) return true;  // derives without
    if (extended->wildcard == Wildcard::hardened) {
        for (const auto& [index, key] : cache.derived)
            extended->known.insert_or_assign(index, key.key());
        return !cache.parent && !cache.last_hardened;
    }
    if (extended->hardened_size() > 0) {
        if (!cache.last_hardened) return false;
        extended->base = cache.last_hardened;
        extended->derive_parent();
    }
    return extended->parent && (!cache.parent || *cache.parent == *extended->parent);
}

void KeyExpression::write_cache(ByteWriter& out) const {
    const auto* extended = std::get_if<Extended>(&key_);
    const bool has_base = extended && extended->base && extended->hardened_size() > 0;
    const bool has_known = extended && !extended->known.empty();
    out.u8(static_cast<std::uint8_t>((has_base ? base_bit : 0) | (has_known ? known_bit : 0)));
    if (has_base) out.bytes(extended->base->encode(cache_version));
    if (!has_known) return;
    out.compact_size(extended->known.size());
    for (const auto& [index, key] : extended->known) {
        out.u32(index);
        out.bytes(key.bytes());
    }
}

bool KeyExpression::read_cache(ByteReader& in) {
    const auto bits = in.u8();
    auto* extended = std::get_if<Extended>(&key_);
    if (bits != 0 && !extended) return false;
    if (bits & base_bit) {
        extended->base = crypto::ExtendedPublicKey::decode(
            in.bytes(std::tuple_size_v<crypto::ExtendedKeyBytes>), cache_version);
        if (!extended->base) return false;
        extended->derive_parent();
    }
    if ((bits & known_bit) == 0) return in.ok();
    constexpr std::size_t index_size = 4;
    for (auto left = in.count(index_size + crypto::PublicKey::compressed_size); left > 0; --left) {
        const auto index = in.u32();
        const auto key =
            crypto::PublicKey::from_bytes(in.bytes(crypto::PublicKey::compressed_size));
        if (!key) return false;
        extended->known.emplace(index, *key);
    }
    return in.ok();
}

PrivateKeys Descriptor::private_keys() const {
    PrivateKeys out;
    visit_keys(*root_, [&](const KeyExpression& key) {
        if (auto secret = key.written_secret()) out.insert(std::move(*secret));
    });
    return out;
}

std::vector<crypto::ExtendedPublicKey> Descriptor::extended_keys() const {
    std::vector<crypto::ExtendedPublicKey> out;
    visit_keys(*root_, [&](const KeyExpression& key) {
        const auto* extended = key.extended_key();
        if (extended && std::ranges::find(out, *extended) == out.end()) out.push_back(*extended);
    });
    return out;
}

Descriptor Descriptor::without_private_keys(std::uint32_t begin, std::uint32_t end) const {
    auto node =
        with_keys(*root_, [=](const KeyExpression& key) { return key.without_secret(begin, end); });
    return {std::make_shared<const DescriptorNode>(std::move(node)), *format_};
}

Descriptor Descriptor::with_private_keys(const PrivateKeys& keys) const {
    auto node = with_keys(*root_, [&](const KeyExpression& key) { return key.with_secret(keys); });
    return {std::make_shared<const DescriptorNode>(std::move(node)), *format_};
}

std::vector<KeyCache> Descriptor::key_caches(std::uint32_t begin, std::uint32_t end) const {
    std::vector<KeyCache> out;
    visit_keys(*root_, [&](const KeyExpression& key) { out.push_back(key.cache(begin, end)); });
    return out;
}

std::optional<Descriptor> Descriptor::with_key_caches(std::span<const KeyCache> caches) const {
    bool fits = true;
    auto node = with_keys(*root_, [&](const KeyExpression& key) {
        KeyExpression out = key;
        fits = fits && !caches.empty() && out.take_cache(caches.front());
        if (!caches.empty()) caches = caches.subspan(1);
        return out;
    });
    if (!fits || !caches.empty()) return std::nullopt;
    return Descriptor(std::make_shared<const DescriptorNode>(std::move(node)), *format_);
}

Bytes Descriptor::derivation_cache() const {
    ByteWriter out;
    visit_keys(*root_, [&](const KeyExpression& key) { key.write_cache(out); });
    return out.take();
}

std::optional<Descriptor> Descriptor::with_derivation_cache(ByteSpan cache) const {
    ByteReader in(cache);
    bool fits = true;
    auto node = with_keys(*root_, [&](const KeyExpression& key) {
        KeyExpression out = key;
        fits = fits && out.read_cache(in);
        return out;
    });
    if (!fits || !in.remaining().empty()) return std::nullopt;
    return Descriptor(std::make_shared<const DescriptorNode>(std::move(node)), *format_);
}

}  // namespace daler::descriptor
