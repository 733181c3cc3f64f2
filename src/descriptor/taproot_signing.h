#pragma once

#include <daler/descriptor/signing.h>

namespace daler::descriptor {

/// Adds to `data` what `ring` knows about the output `output` and all signatures that `source`
/// makes. Returns the witness: of the key path if its signature is known, else the smallest of the
/// leaves; empty if there is none.
[[nodiscard]] Witness make_taproot_witness(const crypto::XOnlyKey& output,
                                           const SignatureSource& source, const KeyRing& ring,
                                           SpendData& data);

/// The leaves of a tree with their control blocks. Nothing if the internal key is not on the curve.
/// Requires: `leaves` form a tree.
[[nodiscard]] LeafScripts leaf_scripts(const TaprootOutput& made_of);

}  // namespace daler::descriptor
