#pragma once

#include <daler/descriptor/signing.h>
#include <daler/miniscript/expression.h>

#include <functional>

namespace daler::descriptor {

/// What satisfying a miniscript needs besides the script. Keys are as in the script.
struct MiniscriptParts {
    miniscript::Context context;
    /// The key with a HASH160.
    miniscript::KeyFinder find_key;
    /// The signature of a key, known or new.
    std::function<std::optional<Bytes>(ByteSpan key)> sign;
    const SignatureSource& source;
    const Preimages& preimages;
};

/// The stack that makes `script` true, without the script itself. Nothing if it is no sane
/// miniscript, or something is missing.
[[nodiscard]] std::optional<Witness> satisfy_miniscript(ByteSpan script,
                                                        const MiniscriptParts& parts);

}  // namespace daler::descriptor
