#pragma once

#include <daler/encoding/bytes.h>

namespace daler::script {

/// The script that signatures before segwit sign, without the signatures themselves, which nobody
/// could have signed: every push of one that starts where an instruction may start is cut out.
/// Copies the script only when something is found.
class ScriptCode {
public:
    explicit ScriptCode(ByteSpan code) : code_(code) {}
    ScriptCode(const ScriptCode&) = delete;
    ScriptCode& operator=(const ScriptCode&) = delete;

    /// Cuts the pushes of `signature` out. True if there were any.
    bool remove(ByteSpan signature);

    [[nodiscard]] ByteSpan bytes() const { return code_; }
    /// True if something was cut, and bytes() are no longer part of the script.
    [[nodiscard]] bool changed() const { return changed_; }

private:
    ByteSpan code_;
    Bytes cut_;
    bool changed_ = false;
};

}  // namespace daler::script
