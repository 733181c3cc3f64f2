#include <daler/descriptor/key_ring.h>

#include <daler/encoding/hex.h>
#include <daler/util/ensure.h>

#include <fmt/format.h>

namespace daler::descriptor {
namespace {

template <class Map, class Key>
auto* find_in(Map& map, const Key& key) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second;
}

/// Looks up both full keys of an x-only key.
template <class Map>
auto* find_by_x(Map& map, const crypto::XOnlyKey& key) {
    auto* found = find_in(map, full_key(key, false).hash());
    return found ? found : find_in(map, full_key(key, true).hash());
}

}  // namespace

std::string path_to_text(std::span<const std::uint32_t> path, char hardened_mark) {
    std::string out;
    for (const std::uint32_t step : path) {
        fmt::format_to(std::back_inserter(out), "/{}", step & ~crypto::hardened);
        if (step & crypto::hardened) out.push_back(hardened_mark);
    }
    return out;
}

std::string KeyOrigin::to_text(char hardened_mark) const {
    return to_hex(fingerprint) + path_to_text(path, hardened_mark);
}

crypto::PublicKey full_key(const crypto::XOnlyKey& key, bool odd) {
    Bytes bytes{static_cast<std::uint8_t>(odd ? 3 : 2)};
    bytes.insert(bytes.end(), key.bytes.begin(), key.bytes.end());
    return *crypto::PublicKey::from_bytes(bytes);
}

crypto::XOnlyKey x_only(const crypto::PublicKey& key) {
    ensure(key.is_compressed());
    return *crypto::XOnlyKey::from_bytes(key.bytes().subspan(1));
}

void KeyRing::add_public_key(const crypto::PublicKey& key) {
    public_keys.emplace(key.hash(), key);
}

void KeyRing::add_secret(const WalletKey& key) {
    const auto public_key = key.public_key();
    const auto hash = public_key.hash();
    public_keys.emplace(hash, public_key);
    secrets.emplace(hash, key);
}

void KeyRing::add_script(const Script& script) {
    scripts.emplace(crypto::hash160(script.bytes()), script);
}

void KeyRing::merge(const KeyRing& other) {
    public_keys.insert(other.public_keys.begin(), other.public_keys.end());
    secrets.insert(other.secrets.begin(), other.secrets.end());
    origins.insert(other.origins.begin(), other.origins.end());
    scripts.insert(other.scripts.begin(), other.scripts.end());
    taproot.insert(other.taproot.begin(), other.taproot.end());
}

const crypto::PublicKey* KeyRing::find_public_key(const crypto::Digest160& hash) const {
    return find_in(public_keys, hash);
}

const WalletKey* KeyRing::find_secret(const crypto::Digest160& hash) const {
    return find_in(secrets, hash);
}

const WalletKey* KeyRing::find_secret(const crypto::XOnlyKey& key) const {
    return find_by_x(secrets, key);
}

const KeyOrigin* KeyRing::find_origin(const crypto::Digest160& hash) const {
    return find_in(origins, hash);
}

const KeyOrigin* KeyRing::find_origin(const crypto::XOnlyKey& key) const {
    return find_by_x(origins, key);
}

const Script* KeyRing::find_script(ByteSpan hash160) const {
    crypto::Digest160 key;
    if (hash160.size() != key.size()) return nullptr;
    std::ranges::copy(hash160, key.begin());
    return find_in(scripts, key);
}

const Script* KeyRing::find_witness_script(ByteSpan sha256) const {
    return find_script(crypto::ripemd160(sha256));
}

}  // namespace daler::descriptor
