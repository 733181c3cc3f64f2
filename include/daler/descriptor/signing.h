#pragma once

#include <daler/descriptor/key_ring.h>
#include <daler/primitives/transaction.h>
#include <daler/script/sighash.h>

namespace daler::descriptor {

/// Writes scriptSig and witness of input `index` of `tx`, which spends `spent`, with the keys and
/// scripts of `ring`. Signatures that are there already are kept if they are good. True if nothing
/// is missing; otherwise the input holds what could be made of it. Knows pk, pkh, multisig, P2SH,
/// P2WPKH, P2WSH of these, and the key path of P2TR.
/// Requires: `hashes` are those of `tx`, with all spent outputs if it is to sign for taproot.
bool sign_input(Transaction& tx, std::uint32_t index, const TxOutput& spent,
                const script::PrecomputedHashes& hashes, const KeyRing& ring,
                std::uint8_t hash_type = script::sighash_default);

/// The most weight units that an input spending `script` will have once it is signed (scriptSig and
/// witness included), taking that other inputs of the transaction have witnesses. Nothing if `ring`
/// does not tell how the output is spent.
[[nodiscard]] std::optional<std::int64_t> signed_input_weight(const Script& script,
                                                              const KeyRing& ring);

}  // namespace daler::descriptor
