#include <daler/crypto/key.h>
#include <daler/util/ensure.h>

#include <crypto/lax_der.h>

// The lenient signature parser does not crash. If the data begin with a public key, it is used to
// verify the rest as a signature.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    using namespace daler::crypto;
    const ByteSpan bytes(data, size);
    const bool parses = parse_lax_der(bytes).has_value();
    if (!parses) ensure(!is_low_s(bytes));

    static const PrivateKey signer = PrivateKey::generate();
    static const PublicKey known = signer.public_key();
    ensure(!known.verify_ecdsa(Digest256{}, bytes) || parses);
    if (size > PublicKey::compressed_size) {
        const auto key = PublicKey::from_bytes(bytes.first(PublicKey::compressed_size));
        if (key) (void)key->verify_ecdsa(Digest256{}, bytes.subspan(PublicKey::compressed_size));
    }
    return 0;
}
