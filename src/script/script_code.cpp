#include "script_code.h"

#include <daler/script/script_reader.h>

#include <algorithm>

namespace daler::script {

Bytes length_prefixed(ByteSpan data) {
    ByteWriter writer(data.size() + 5);
    if (data.size() < op_pushdata1) {
        writer.u8(static_cast<std::uint8_t>(data.size()));
    } else if (data.size() <= 0xff) {
        writer.u8(op_pushdata1);
        writer.u8(static_cast<std::uint8_t>(data.size()));
    } else if (data.size() <= 0xffff) {
        writer.u8(op_pushdata2);
        writer.u16(static_cast<std::uint16_t>(data.size()));
    } else {
        writer.u8(op_pushdata4);
        writer.u32(static_cast<std::uint32_t>(data.size()));
    }
    writer.bytes(data);
    return writer.take();
}

bool ScriptCode::remove(ByteSpan signature) {
    // Usually the signature is nowhere in the script.
    if (std::ranges::search(code_, signature).begin() == code_.end() && !signature.empty()) {
        return false;
    }
    const Bytes pattern = length_prefixed(signature);
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
        kept.insert(kept.end(), rest.begin(), reader.rest().begin());
        rest = reader.rest();
    }
    if (!found) return false;
    kept.insert(kept.end(), rest.begin(), rest.end());
    cut_ = std::move(kept);
    code_ = cut_;
    return true;
}

}  // namespace daler::script
