#include <daler/crypto/key.h>
#include <daler/util/ensure.h>

#include <crypto/lax_der.h>

// The lenient reader takes anything; a key of the data, if there is one, judges a signature of the
// rest.
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
