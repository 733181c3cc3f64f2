#pragma once

#include <daler/primitives/transaction.h>

#include <optional>
#include <span>

namespace daler::script {

/// What a signature commits to: the last byte of an ECDSA signature, or byte 65 of a Schnorr one.
enum SighashType : std::uint8_t {
    sighash_default = 0x00,  ///< taproot only: as sighash_all
    sighash_all = 0x01,
    sighash_none = 0x02,
    sighash_single = 0x03,
    sighash_anyonecanpay = 0x80,  ///< flag
};

/// The parts of the hashes of BIP 143 and 341 that all inputs share. A part is zero if no known
/// spent output can need it. Immutable after construction; any thread may read it. Does not keep
/// references.
struct PrecomputedHashes {
    /// `spent` holds the outputs that tx spends, in input order; empty if one is unknown; then
    /// taproot signatures cannot be checked.
    PrecomputedHashes(const Transaction& tx, std::vector<TxOutput> spent);
    PrecomputedHashes(const Transaction& tx, std::span<const TxOutput> spent);

    // Single SHA-256 (BIP 341).
    Hash256 prevouts, amounts, scripts, sequences, outputs;
    // Double SHA-256 (BIP 143).
    Hash256 prevouts_double, sequences_double, outputs_double;
    std::vector<TxOutput> spent_outputs;
};

/// The hash that signatures before segwit sign. `script_code` is the script being run, from the
/// last OP_CODESEPARATOR on, with the signature removed; OP_CODESEPARATORs are skipped here. An
/// input index beyond the outputs with sighash_single gives the number one. `hash_type` has 32
/// bits, because published vectors use undefined types.
[[nodiscard]] Hash256 legacy_sighash(const Transaction& tx, std::uint32_t index,
                                     ByteSpan script_code, std::uint32_t hash_type);

/// The hash that segwit v0 signatures sign (BIP 143).
[[nodiscard]] Hash256 segwit_v0_sighash(const Transaction& tx, std::uint32_t index,
                                        ByteSpan script_code, Amount value, std::uint32_t hash_type,
                                        const PrecomputedHashes& hashes);

/// What a tapscript signature also commits to (BIP 342).
struct TapscriptContext {
    Hash256 leaf_hash;
    std::uint32_t code_separator = 0xffffffff;  ///< opcode position of the last one executed
};

/// The hash that taproot signatures sign (BIP 341); for script path spends pass `tapscript`.
/// `annex` with its 0x50 byte. Nothing if the hash type is not defined, or needs an output that
/// does not exist. Requires: hashes.spent_outputs has every input's output.
[[nodiscard]] std::optional<Hash256> taproot_sighash(
    const Transaction& tx, std::uint32_t index, std::uint8_t hash_type,
    const PrecomputedHashes& hashes, std::optional<ByteSpan> annex,
    const std::optional<TapscriptContext>& tapscript);

}  // namespace daler::script
