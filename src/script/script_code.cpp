#include "script_code.h"

#include <daler/script/script_reader.h>
#include <daler/script/standard.h>

#include <algorithm>

namespace daler::script {

bool ScriptCode::remove(ByteSpan signature) {
    // Usually the script does not contain the signature. An empty one is pushed by OP_0.
    if (!signature.empty() && std::ranges::search(code_, signature).empty()) return false;

    Script push;
    push_bytes(push, signature);
    const auto pattern = push.bytes();
    Bytes kept;
    bool found = false;
    ByteSpan rest = code_;
    while (true) {
        while (rest.size() >= pattern.size() &&
               std::ranges::equal(rest.first(pattern.size()), pattern)) {
            rest = rest.subspan(pattern.size());
            found = true;
        }
        ScriptReader reader(rest);
        if (!reader.next()) break;
        const auto instruction = rest.first(rest.size() - reader.rest().size());
        kept.insert(kept.end(), instruction.begin(), instruction.end());
        rest = reader.rest();
    }
    if (!found) return false;
    kept.insert(kept.end(), rest.begin(), rest.end());
    cut_ = std::move(kept);
    code_ = cut_;
    changed_ = true;
    return true;
}

}  // namespace daler::script
