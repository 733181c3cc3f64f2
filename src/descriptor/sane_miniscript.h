#pragma once

#include <daler/descriptor/key_ring.h>
#include <daler/miniscript/expression.h>

namespace daler::descriptor {

/// The miniscript of a witness script (P2WSH) or of a leaf (tapscript); nothing if it has none that
/// is sane. `find_key` as for miniscript::decode.
[[nodiscard]] std::optional<miniscript::Decoded> sane_miniscript(
    ByteSpan script, miniscript::Context context, const miniscript::KeyFinder& find_key);

/// Finds the keys of `ring`, which must outlive the result.
[[nodiscard]] miniscript::KeyFinder keys_of_ring(const KeyRing& ring, miniscript::Context context);

}  // namespace daler::descriptor
