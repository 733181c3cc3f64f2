#pragma once

#include <daler/descriptor/key_ring.h>
#include <daler/psbt/psbt.h>
#include <daler/script/sighash.h>

namespace daler::psbt {

/// The hashes of psbt.tx, with the spent outputs if all are known.
[[nodiscard]] script::PrecomputedHashes precompute(const Psbt& psbt);

/// Whether input `index` is final, and its scriptSig and witness are valid. Requires:
/// `hashes` are those of precompute.
[[nodiscard]] bool is_signed(const Psbt& psbt, std::uint32_t index,
                             const script::PrecomputedHashes& hashes);

/// Whether a complete input becomes final, and loses what was needed only to sign it.
enum class Finalize : bool { no, yes };

struct SignOptions {
    std::uint8_t sighash_type = script::sighash_all;
    Finalize finalize = Finalize::yes;
};

/// Updater, signer and finalizer of one input: adds the scripts, keys and origins that `ring`
/// knows, signs with its secrets, and finalizes a complete input. True if the input is complete. An
/// input whose spent output is not known is not changed. If only the output is known and not the
/// transaction, only witness inputs are changed, because other signatures would not commit to the
/// amount. `missing`, if not null, gets what an incomplete input still needs.
bool process_input(Psbt& psbt, std::uint32_t index, const script::PrecomputedHashes& hashes,
                   const descriptor::KeyRing& ring, const SignOptions& options,
                   descriptor::MissingParts* missing = nullptr);

/// As process_input, with placeholders for missing signatures, to estimate the size.
bool process_input_with_placeholders(Psbt& psbt, std::uint32_t index,
                                     const script::PrecomputedHashes& hashes);

/// Adds the scripts, keys and origins that `ring` knows about output `index`.
void update_output(Psbt& psbt, std::size_t index, const descriptor::KeyRing& ring);

/// Removes the previous transactions if no input needs them: each spends a witness output of
/// version 1 or later, and `sighash_type` does not have sighash_anyonecanpay.
void drop_unneeded_transactions(Psbt& psbt, std::uint8_t sighash_type);

/// Finalizes all inputs that are complete; true if all are.
bool finalize(Psbt& psbt);

/// Finalizes the inputs. The signed transaction, or nothing if an input is incomplete.
[[nodiscard]] std::optional<Transaction> finalize_and_extract(Psbt& psbt);

/// One PSBT with the inputs and outputs of all, one after the other. Signatures are removed,
/// because they do not sign the new transaction. Version is the highest, lock time the lowest. If
/// two have the same input, this input is returned.
[[nodiscard]] Result<Psbt, OutPoint> join(std::span<const Psbt> psbts);

/// The same PSBT with inputs and outputs in this order. Requires: permutations of the positions.
/// Without extended keys, as Bitcoin Core does it.
[[nodiscard]] Psbt reordered(const Psbt& psbt, std::span<const std::size_t> inputs,
                             std::span<const std::size_t> outputs);

/// Who must work on a PSBT next.
enum class Role : std::uint8_t { creator, updater, signer, finalizer, extractor };
[[nodiscard]] std::string_view name(Role role);

struct InputAnalysis {
    bool has_utxo = false;
    bool is_final = false;
    Role next = Role::extractor;
    descriptor::MissingParts missing;
};

struct Analysis {
    std::vector<InputAnalysis> inputs;
    std::optional<std::int64_t> vsize;  ///< estimate; virtual bytes
    std::optional<FeeRate> fee_rate;    ///< estimate
    std::optional<Amount> fee;
    Role next = Role::creator;
    std::string error;  ///< why the PSBT is not valid; then only `next` has a meaning
};

/// What is missing in a PSBT. `bytes_per_sigop` as in policy: a transaction with many signature
/// operations counts as larger.
[[nodiscard]] Analysis analyze(Psbt psbt, std::int64_t bytes_per_sigop);

}  // namespace daler::psbt
