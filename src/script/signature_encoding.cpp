#include "signature_encoding.h"

#include <daler/crypto/key.h>
#include <daler/script/sighash.h>

namespace daler::script {
namespace {

constexpr std::uint8_t der_sequence = 0x30;
constexpr std::uint8_t der_integer = 0x02;
constexpr std::size_t min_size = 9;   // two one-byte integers and the hash type
constexpr std::size_t max_size = 73;  // two 33-byte integers and the hash type

// Removes the positive integer at the front of `rest`. False if it is not in its shortest form.
bool take_integer(ByteSpan& rest) {
    if (rest.size() < 3 || rest[0] != der_integer) return false;
    const std::size_t size = rest[1];
    if (size == 0 || rest.size() < 2 + size) return false;
    const auto digits = rest.subspan(2, size);
    const bool negative = (digits[0] & 0x80) != 0;
    const bool padded = size > 1 && digits[0] == 0 && (digits[1] & 0x80) == 0;
    rest = rest.subspan(2 + size);
    return !negative && !padded;
}

bool is_compressed(ByteSpan key) {
    return key.size() == crypto::PublicKey::compressed_size && (key[0] == 2 || key[0] == 3);
}

bool is_compressed_or_uncompressed(ByteSpan key) {
    return is_compressed(key) ||
           (key.size() == crypto::PublicKey::uncompressed_size && key[0] == 4);
}

}  // namespace

bool is_strict_der(ByteSpan signature) {
    if (signature.size() < min_size || signature.size() > max_size) return false;
    const auto der = signature.first(signature.size() - 1);
    if (der[0] != der_sequence || der[1] != der.size() - 2) return false;
    auto rest = der.subspan(2);
    return take_integer(rest) && take_integer(rest) && rest.empty();
}

bool has_defined_hash_type(ByteSpan signature) {
    const int type = signature.back() & ~sighash_anyonecanpay;
    return type >= sighash_all && type <= sighash_single;
}

ScriptError check_signature_encoding(ByteSpan signature, Flags flags) {
    if (signature.empty()) return ScriptError::ok;
    constexpr Flags asks_der = verify_dersig | verify_low_s | verify_strictenc;
    if ((flags & asks_der) && !is_strict_der(signature)) return ScriptError::sig_der;
    if ((flags & verify_low_s) && !crypto::is_low_s(signature.first(signature.size() - 1)))
        return ScriptError::sig_high_s;
    if ((flags & verify_strictenc) && !has_defined_hash_type(signature))
        return ScriptError::sig_hashtype;
    return ScriptError::ok;
}

ScriptError check_key_encoding(ByteSpan key, Flags flags, bool witness_v0) {
    if ((flags & verify_strictenc) && !is_compressed_or_uncompressed(key))
        return ScriptError::pubkeytype;
    if ((flags & verify_witness_pubkeytype) && witness_v0 && !is_compressed(key))
        return ScriptError::witness_pubkeytype;
    return ScriptError::ok;
}

}  // namespace daler::script
