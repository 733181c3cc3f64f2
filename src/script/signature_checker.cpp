#include "signature_checker.h"

#include <daler/crypto/key.h>
#include <daler/script/signature_cache.h>

namespace daler::script {
namespace {

Hash256 compute_sighash(const InputToVerify& input, ByteSpan code, std::uint8_t hash_type,
                        SigVersion version) {
    if (version == SigVersion::witness_v0) {
        return segwit_v0_sighash(input.tx, input.index, code, input.spent.value, hash_type,
                                 input.hashes);
    }
    return legacy_sighash(input.tx, input.index, code, hash_type);
}

Hash256 remembered_sighash(const InputToVerify& input, ByteSpan code, std::uint8_t hash_type,
                           SigVersion version, SighashMemo& memo) {
    const bool same = memo.hash && memo.hash_type == hash_type && memo.code.data() == code.data() &&
                      memo.code.size() == code.size();
    if (!same) memo = {code, hash_type, compute_sighash(input, code, hash_type, version)};
    return *memo.hash;
}

// Looks into the cache first, and inserts the signature if `verify` returns true.
template <class Verify>
bool verify_cached(SignatureCache* cache, SignatureKind kind, const Hash256& hash, ByteSpan key,
                   ByteSpan signature, Verify verify) {
    if (!cache) return verify();
    const auto cache_key = signature_key(kind, hash, key, signature);
    if (cache->contains(cache_key)) return true;
    if (!verify()) return false;
    cache->insert(cache_key);
    return true;
}

}  // namespace

bool check_ecdsa(const InputToVerify& input, ByteSpan signature, ByteSpan key, ByteSpan script_code,
                 SigVersion version, SighashMemo& memo) {
    const auto public_key = crypto::PublicKey::from_bytes(key);
    if (!public_key || signature.empty()) return false;
    const auto hash_type = signature.back();
    const auto der = signature.first(signature.size() - 1);
    const Hash256 hash = remembered_sighash(input, script_code, hash_type, version, memo);
    return verify_cached(input.cache, SignatureKind::ecdsa, hash, key, der,
                         [&] { return public_key->verify_ecdsa(hash.bytes, der); });
}

ScriptError check_schnorr(const InputToVerify& input, ByteSpan signature, ByteSpan key,
                          std::optional<ByteSpan> annex,
                          const std::optional<TapscriptContext>& tapscript) {
    if (signature.size() != 64 && signature.size() != 65) return ScriptError::schnorr_sig_size;
    std::uint8_t hash_type = sighash_default;
    if (signature.size() == 65) {
        hash_type = signature.back();
        // The default type has only one encoding, the one without a byte.
        if (hash_type == sighash_default) return ScriptError::schnorr_sig_hashtype;
        signature = signature.first(64);
    }
    // Not all spent outputs are known, so the signed hash cannot be computed.
    if (input.hashes.spent_outputs.size() != input.tx.inputs.size())
        return ScriptError::unknown_error;
    const auto hash =
        taproot_sighash(input.tx, input.index, hash_type, input.hashes, annex, tapscript);
    if (!hash) return ScriptError::schnorr_sig_hashtype;
    const auto public_key = crypto::XOnlyKey::from_bytes(key);
    const bool valid =
        public_key &&
        verify_cached(input.cache, SignatureKind::schnorr, *hash, key, signature,
                      [&] { return public_key->verify_schnorr(hash->bytes, signature); });
    return valid ? ScriptError::ok : ScriptError::schnorr_sig;
}

}  // namespace daler::script
