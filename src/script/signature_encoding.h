#pragma once

#include <daler/encoding/bytes.h>
#include <daler/script/flags.h>
#include <daler/script/script_error.h>

namespace daler::script {

/// True if `signature`, hash type byte included, is strict DER (BIP 66).
[[nodiscard]] bool is_strict_der(ByteSpan signature);

/// True if the last byte is one of the hash types known before taproot. Requires a non-empty one.
[[nodiscard]] bool has_defined_hash_type(ByteSpan signature);

/// Checks the encoding that the flags require of an ECDSA signature with its hash type byte. An
/// empty signature, which means that a key does not sign, is accepted.
[[nodiscard]] ScriptError check_signature_encoding(ByteSpan signature, Flags flags);

/// Checks the encoding that the flags require of a public key; `witness_v0` if in a segwit v0
/// script.
[[nodiscard]] ScriptError check_key_encoding(ByteSpan key, Flags flags, bool witness_v0);

}  // namespace daler::script
