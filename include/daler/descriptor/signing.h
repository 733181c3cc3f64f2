#pragma once

#include <daler/descriptor/key_ring.h>
#include <daler/primitives/transaction.h>
#include <daler/script/sighash.h>

namespace daler::descriptor {

/// Writes scriptSig and witness of input `index` of `tx`, which spends `spent`, with the keys and
/// scripts of `ring`. True if the input passes the interpreter then. One that does so before is
/// left alone. Good signatures of a multisig that are there already are used before new ones,
/// whatever their hash type; an input whose script is not known keeps all it holds. Otherwise the
/// input holds what could be made of it. Knows pk, pkh, multisig, P2SH, P2WPKH, P2WSH of these, the
/// key path of P2TR, and its leaves with pk and multi_a. Signs nothing for sighash_single without
/// its output. Requires: `hashes` are those of `tx`, with all spent outputs if it is to sign for
/// taproot.
bool sign_input(Transaction& tx, std::uint32_t index, const TxOutput& spent,
                const script::PrecomputedHashes& hashes, const KeyRing& ring,
                std::uint8_t hash_type = script::sighash_default);

/// The most weight units that an input spending `script` will have once it is signed (scriptSig and
/// witness included), taking that other inputs of the transaction have witnesses. Nothing if `ring`
/// does not tell how the output is spent. For P2TR with a script tree `ring` should have the
/// secrets: they tell the path that will be taken.
[[nodiscard]] std::optional<std::int64_t> signed_input_weight(const Script& script,
                                                              const KeyRing& ring);

}  // namespace daler::descriptor
