#include <daler/wallet/key_vault.h>

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

MasterKey seal_master_key(ByteSpan key, ByteSpan passphrase) {
    MasterKey out;
    out.salt.resize(salt_size);
    fill_secure_random(out.salt);
    out.rounds = measured_rounds(passphrase, out.salt);
    const auto stretched = crypto::stretch_passphrase(passphrase, out.salt, out.rounds);
    out.sealed =
        crypto::encrypt_aes256_cbc(stretched.bytes().first(crypto::cipher_key_size),
                                   stretched.bytes().subspan(crypto::cipher_key_size), key);
    return out;
}

std::vector<OpenedMasterKey> open_master_keys(const std::map<std::int64_t, MasterKey>& keys,
                                              ByteSpan passphrase) {
    std::vector<OpenedMasterKey> out;
    for (const auto& [number, key] : keys) {
        const auto stretched = crypto::stretch_passphrase(passphrase, key.salt, key.rounds);
        auto opened = crypto::decrypt_aes256_cbc(stretched.bytes().first(crypto::cipher_key_size),
                                                 stretched.bytes().subspan(crypto::cipher_key_size),
                                                 key.sealed);
        if (opened && std::as_const(*opened).bytes().size() == crypto::cipher_key_size)
            out.push_back({number, std::move(*opened)});
    }
    return out;
}

KeyVault KeyVault::create(ByteSpan passphrase) {
    KeyVault out({}, {});
    crypto::SecretBytes master(crypto::cipher_key_size);
    fill_secure_random(master.bytes());
    out.master_keys_[1] = seal_master_key(std::as_const(master).bytes(), passphrase);
    out.master_ = std::move(master);
    return out;
}

bool KeyVault::fits(const OpenedMasterKey& opened) const {
    return std::ranges::all_of(sealed_, [&](const auto& entry) {
        return opened_key(opened.key.bytes(), entry.first.second, entry.second).has_value();
    });
}

bool KeyVault::unlock(std::span<const OpenedMasterKey> opened) {
    const auto found = std::ranges::find_if(opened, [&](const auto& key) { return fits(key); });
    if (found == opened.end()) return false;
    master_ = crypto::SecretBytes(found->key.bytes());
    return true;
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
