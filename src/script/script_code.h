#pragma once

#include <daler/encoding/bytes.h>

namespace daler::script {

/// The script that signatures before segwit sign. A signature cannot sign itself, so its pushes
/// are removed where they are whole instructions. The script is copied only if something is
/// removed.
class ScriptCode {
public:
    explicit ScriptCode(ByteSpan code) : code_(code) {}
    ScriptCode(const ScriptCode&) = delete;
    ScriptCode& operator=(const ScriptCode&) = delete;

    /// Removes the pushes of `signature`. True if there were any.
    bool remove(ByteSpan signature);

    [[nodiscard]] ByteSpan bytes() const { return code_; }
    /// True if something was removed; then bytes() are a copy, not part of the script.
    [[nodiscard]] bool changed() const { return changed_; }

private:
    ByteSpan code_;
    Bytes cut_;
    bool changed_ = false;
};

}  // namespace daler::script
