#pragma once

#include <daler/script/interpreter.h>

namespace daler::script {

/// The rules a script runs under. Key path spends of taproot run no script.
enum class SigVersion : std::uint8_t { base, witness_v0, tapscript };

/// The last hash computed for a script's signatures. The keys of a multisig are tried with the
/// same hash. On a large transaction it costs more than the curve operations.
struct SighashMemo {
    ByteSpan code;  ///< compared by address: the script must outlive the memo
    std::uint8_t hash_type = 0;
    std::optional<Hash256> hash;
};

/// True if `signature` (with hash type byte) by `key` signs the input under `script_code`. The
/// caller has checked the encodings that the flags require. `memo` must not outlive what
/// script_code points to.
[[nodiscard]] bool check_ecdsa(const InputToVerify& input, ByteSpan signature, ByteSpan key,
                               ByteSpan script_code, SigVersion version, SighashMemo& memo);

/// ok if `signature` (64 bytes, or 65 with a hash type) by the 32-byte `key` signs the input.
[[nodiscard]] ScriptError check_schnorr(const InputToVerify& input, ByteSpan signature,
                                        ByteSpan key, std::optional<ByteSpan> annex,
                                        const std::optional<TapscriptContext>& tapscript);

}  // namespace daler::script
