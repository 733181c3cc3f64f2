#include "secp256k1.h"

#include <daler/util/ensure.h>
#include <daler/util/random.h>

#include <openssl/crypto.h>

namespace daler::crypto {

const secp256k1_context* secp_context() {
    static const secp256k1_context* const context = [] {
        secp256k1_context* made = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
        std::array<std::uint8_t, 32> seed;
        fill_secure_random(seed);
        ensure(secp256k1_context_randomize(made, seed.data()) == 1);
        OPENSSL_cleanse(seed.data(), seed.size());
        return made;
    }();
    return context;
}

bool parse_public_key(const PublicKey& key, secp256k1_pubkey& out) {
    return !key.bytes().empty() &&
           secp256k1_ec_pubkey_parse(secp_context(), &out, key.bytes().data(),
                                     key.bytes().size()) == 1;
}

PublicKey serialize_public_key(const secp256k1_pubkey& key, bool compressed) {
    std::array<std::uint8_t, PublicKey::uncompressed_size> bytes;
    std::size_t size = bytes.size();
    secp256k1_ec_pubkey_serialize(secp_context(), bytes.data(), &size, &key,
                                  compressed ? SECP256K1_EC_COMPRESSED : SECP256K1_EC_UNCOMPRESSED);
    const auto out = PublicKey::from_bytes(ByteSpan(bytes.data(), size));
    ensure(out.has_value());
    return *out;
}

}  // namespace daler::crypto
