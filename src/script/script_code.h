#pragma once

#include <daler/encoding/bytes.h>

namespace daler::script {

/// How a script was made that pushes `data` with the shortest length prefix (never OP_1 to OP_16).
[[nodiscard]] Bytes length_prefixed(ByteSpan data);

/// The script that signatures before segwit sign, without the signatures themselves, which nobody
/// could have signed: every occurrence of a push of one at the start of an instruction is cut out.
/// Copies the script only when something is found.
class ScriptCode {
public:
    explicit ScriptCode(ByteSpan code) : code_(code) {}

    /// Cuts the pushes of `signature` out. True if there were any.
    bool remove(ByteSpan signature);

    [[nodiscard]] ByteSpan bytes() const { return code_; }
    /// True if something was cut, and bytes() are no longer part of the script.
    [[nodiscard]] bool changed() const { return !cut_.empty() || code_.empty(); }

private:
    ByteSpan code_;
    Bytes cut_;
};

}  // namespace daler::script
