#pragma once

#include <daler/crypto/key.h>
#include <daler/primitives/hash.h>
#include <daler/primitives/script.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace daler::script {

/// The types of output scripts that nodes relay and wallets use.
enum class OutputType : std::uint8_t {
    nonstandard,
    anchor,  ///< pay to anchor: OP_1 <4e73>
    pubkey,
    pubkey_hash,
    script_hash,
    multisig,
    null_data,
    witness_v0_key_hash,
    witness_v0_script_hash,
    witness_v1_taproot,
    witness_unknown,
};

/// "pubkeyhash", "witness_v1_taproot" ...: the `type` fields of the RPCs.
[[nodiscard]] std::string_view name(OutputType type);

/// The type of an output script and its data: keys or hashes in order; for multisig the required
/// number first and the number of keys last, each as one byte; for witness_unknown the version
/// byte, then the program.
struct Solution {
    OutputType type = OutputType::nonstandard;
    std::vector<Bytes> data;
};
[[nodiscard]] Solution solve(ByteSpan script);

/// The version (0 to 16) and program of a witness program (BIP 141), if `script` is one.
struct WitnessProgram {
    std::uint8_t version;
    ByteSpan program;  ///< points into the script
};
[[nodiscard]] std::optional<WitnessProgram> witness_program(ByteSpan script);

[[nodiscard]] bool is_pay_to_script_hash(ByteSpan script);
/// True if the script starts with OP_RETURN or is larger than max_script_size: such an output is
/// not added to the coins.
[[nodiscard]] bool is_unspendable(ByteSpan script);
[[nodiscard]] bool is_push_only(ByteSpan script);

/// Pushes `data` in the shortest form (BIP 62 rule 3).
void push(Script& script, ByteSpan data);
/// Pushes `data` after the shortest length prefix, even if it is a small number. Scripts inside
/// scripts are pushed like this.
void push_bytes(Script& script, ByteSpan data);
/// Pushes a number as CHECKLOCKTIMEVERIFY and the height of BIP 34 need it: OP_0, OP_1 to OP_16,
/// or minimal bytes.
void push_number(Script& script, std::int64_t number);

[[nodiscard]] Script pay_to_pubkey(const crypto::PublicKey& key);
[[nodiscard]] Script pay_to_pubkey_hash(const crypto::Digest160& hash);
[[nodiscard]] Script pay_to_script_hash(const crypto::Digest160& hash);
[[nodiscard]] Script pay_to_witness(std::uint8_t version, ByteSpan program);
[[nodiscard]] Script pay_to_multisig(int required, std::span<const crypto::PublicKey> keys);

/// Signature operations of a script (legacy counting): bare CHECKMULTISIG counts 20, or, if
/// `accurate`, the number pushed before it. A script that does not parse counts up to the error.
[[nodiscard]] unsigned count_sigops(ByteSpan script, bool accurate);
/// Signature operations of the redeem script that `script_sig` pushes last (BIP 16).
[[nodiscard]] unsigned count_p2sh_sigops(ByteSpan script_pubkey, ByteSpan script_sig);
/// Signature operations of the spent witness program, also in P2SH (BIP 141); none for taproot.
[[nodiscard]] unsigned count_witness_sigops(ByteSpan script_pubkey, ByteSpan script_sig,
                                            const std::vector<Bytes>& witness);

/// A script as text: "OP_DUP OP_HASH160 89ab... OP_EQUALVERIFY OP_CHECKSIG"; small pushes as
/// decimal numbers, `[error]` where the script does not parse: the `asm` fields.
/// `decode_hash_types`: signatures in a scriptSig are shown with "[ALL]" etc. instead of their
/// last byte.
[[nodiscard]] std::string to_asm(ByteSpan script, bool decode_hash_types = false);
/// Appends the same to `out`, which may have a text already.
void append_asm(std::string& out, ByteSpan script, bool decode_hash_types = false);

}  // namespace daler::script
