#include "key_vault.h"

#include <daler/crypto/cipher.h>
#include <daler/util/ensure.h>
#include <daler/util/random.h>

#include <algorithm>
#include <chrono>

namespace daler::wallet {
namespace {

constexpr std::size_t salt_size = 8;
constexpr std::uint32_t min_rounds = 25'000;
/// How long one guess of a passphrase takes on this machine, at least.
constexpr std::chrono::duration<double> guess_time = std::chrono::milliseconds(100);

/// So many rounds that a guess takes `guess_time`.
std::uint32_t measured_rounds(ByteSpan passphrase, ByteSpan salt) {
    const auto start = std::chrono::steady_clock::now();
    static_cast<void>(crypto::stretch_passphrase(passphrase, salt, min_rounds));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    const double rounds = min_rounds * (guess_time / took);
    return static_cast<std::uint32_t>(std::clamp(rounds, double{min_rounds}, double{max_rounds}));
}

/// Seals a master key with a passphrase.
MasterKey sealed_master(ByteSpan master, ByteSpan passphrase) {
    MasterKey out;
    out.salt.resize(salt_size);
    fill_secure_random(out.salt);
    out.rounds = measured_rounds(passphrase, out.salt);
    const auto key = crypto::stretch_passphrase(passphrase, out.salt, out.rounds);
    out.sealed = crypto::encrypt_aes256_cbc(key.bytes().first(crypto::cipher_key_size),
                                            key.bytes().subspan(crypto::cipher_key_size), master);
    return out;
}

crypto::Digest256 vector_of(const crypto::PublicKey& key) {
    return crypto::sha256d(key.bytes());
}

/// Nothing if the master key does not open it.
std::optional<crypto::PrivateKey> opened_key(ByteSpan master, const crypto::PublicKey& key,
                                             ByteSpan sealed) {
    const auto secret = crypto::decrypt_aes256_cbc(
        master, ByteSpan(vector_of(key)).first(crypto::cipher_block_size), sealed);
    if (!secret) return std::nullopt;
    auto out = crypto::PrivateKey::from_bytes(secret->bytes());
    if (!out || out->public_key(key.is_compressed()) != key) return std::nullopt;
    return out;
}

}  // namespace

KeyVault KeyVault::create(ByteSpan passphrase) {
    KeyVault out({}, {});
    crypto::SecretBytes master(crypto::cipher_key_size);
    fill_secure_random(master.bytes());
    out.master_keys_[1] = sealed_master(std::as_const(master).bytes(), passphrase);
    out.master_ = std::move(master);
    return out;
}

std::optional<crypto::SecretBytes> KeyVault::try_open(const MasterKey& key,
                                                      ByteSpan passphrase) const {
    const auto stretched = crypto::stretch_passphrase(passphrase, key.salt, key.rounds);
    auto master =
        crypto::decrypt_aes256_cbc(stretched.bytes().first(crypto::cipher_key_size),
                                   stretched.bytes().subspan(crypto::cipher_key_size), key.sealed);
    if (!master || std::as_const(*master).bytes().size() != crypto::cipher_key_size)
        return std::nullopt;
    for (const auto& [place, sealed] : sealed_)
        if (!opened_key(std::as_const(*master).bytes(), place.second, sealed)) return std::nullopt;
    return master;
}

bool KeyVault::unlock(ByteSpan passphrase) {
    for (const auto& [number, key] : master_keys_) {
        auto master = try_open(key, passphrase);
        if (!master) continue;
        master_ = std::move(*master);
        return true;
    }
    return false;
}

bool KeyVault::change_passphrase(ByteSpan old_passphrase, ByteSpan new_passphrase) {
    for (auto& [number, key] : master_keys_) {
        const auto master = try_open(key, old_passphrase);
        if (!master) continue;
        key = sealed_master(master->bytes(), new_passphrase);
        return true;
    }
    return false;
}

void KeyVault::seal(std::size_t position, const descriptor::Descriptor& descriptor) {
    ensure(!is_locked());
    for (const auto& [key, secret] : descriptor.private_keys()) {
        sealed_[{position, key}] = crypto::encrypt_aes256_cbc(
            std::as_const(master_).bytes(),
            ByteSpan(vector_of(key)).first(crypto::cipher_block_size), secret.bytes());
    }
}

SealedKeys KeyVault::sealed_at(std::size_t position) const {
    return {sealed_.lower_bound({position, {}}), sealed_.lower_bound({position + 1, {}})};
}

descriptor::PrivateKeys KeyVault::open(std::size_t position) const {
    ensure(!is_locked());
    descriptor::PrivateKeys out;
    for (const auto& [place, sealed] : sealed_at(position)) {
        // `unlock` has opened all of them.
        out.emplace(place.second, *opened_key(master_.bytes(), place.second, sealed));
    }
    return out;
}

}  // namespace daler::wallet
