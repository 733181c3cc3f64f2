#pragma once

#include <daler/descriptor/key_ring.h>
#include <daler/primitives/transaction.h>
#include <daler/script/sighash.h>

namespace daler::descriptor {

/// Writes scriptSig and witness of input `index` of `tx`, which spends `spent`, with the keys and
/// scripts of `ring`. True if the input then passes the interpreter. An input that already passes
/// is not changed. Valid signatures that a multisig already has, of any hash type, are used before
/// new ones. An input with an unknown script keeps its contents. Otherwise an incomplete input
/// gets the parts that could be made. Known scripts: pk, pkh, multisig, P2SH, P2WPKH, P2WSH of
/// these, the key path of P2TR, and its leaves with pk and multi_a. Does not sign with
/// sighash_single if its output does not exist. Requires: `hashes` are those of `tx`, with all
/// spent outputs for taproot signatures.
bool sign_input(Transaction& tx, std::uint32_t index, const TxOutput& spent,
                const script::PrecomputedHashes& hashes, const KeyRing& ring,
                std::uint8_t hash_type = script::sighash_default);

/// The maximum weight of a signed input that spends `script` (scriptSig and witness included), if
/// other inputs of the transaction have witnesses. Nothing if the keys or scripts in `ring` are
/// not enough to know how the output is spent. For P2TR with a script tree `ring` should have the
/// secrets, because they decide the path.
[[nodiscard]] std::optional<std::int64_t> signed_input_weight(const Script& script,
                                                              const KeyRing& ring);

}  // namespace daler::descriptor
