#include "secp256k1.h"

#include <daler/util/ensure.h>

#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

namespace daler::crypto {
namespace {

bool parse(const XOnlyKey& key, secp256k1_xonly_pubkey& out) {
    return secp256k1_xonly_pubkey_parse(secp_context(), &out, key.bytes.data()) == 1;
}

}  // namespace

std::optional<XOnlyKey> XOnlyKey::from_bytes(ByteSpan bytes) {
    XOnlyKey out;
    if (bytes.size() != out.bytes.size()) return std::nullopt;
    std::ranges::copy(bytes, out.bytes.begin());
    return out;
}

bool XOnlyKey::is_on_curve() const {
    secp256k1_xonly_pubkey key;
    return parse(*this, key);
}

bool XOnlyKey::verify_schnorr(ByteSpan message, ByteSpan signature) const {
    secp256k1_xonly_pubkey key;
    return signature.size() == 64 && parse(*this, key) &&
           secp256k1_schnorrsig_verify(secp_context(), signature.data(), message.data(),
                                       message.size(), &key) == 1;
}

std::optional<XOnlyKey::Tweaked> XOnlyKey::tweak_add(const Digest256& tweak) const {
    secp256k1_xonly_pubkey internal;
    secp256k1_pubkey sum;
    if (!parse(*this, internal) ||
        !secp256k1_xonly_pubkey_tweak_add(secp_context(), &sum, &internal, tweak.data())) {
        return std::nullopt;
    }
    secp256k1_xonly_pubkey output;
    int parity = 0;
    ensure(secp256k1_xonly_pubkey_from_pubkey(secp_context(), &output, &parity, &sum) == 1);
    Tweaked out{{}, parity == 1};
    secp256k1_xonly_pubkey_serialize(secp_context(), out.key.bytes.data(), &output);
    return out;
}

bool XOnlyKey::check_tweak(const XOnlyKey& output, bool parity, const Digest256& tweak) const {
    secp256k1_xonly_pubkey internal;
    return parse(*this, internal) &&
           secp256k1_xonly_pubkey_tweak_add_check(secp_context(), output.bytes.data(),
                                                  parity ? 1 : 0, &internal, tweak.data()) == 1;
}

}  // namespace daler::crypto
