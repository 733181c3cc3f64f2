#include "sane_miniscript.h"

#include <algorithm>

namespace daler::descriptor {

std::optional<miniscript::Decoded> sane_miniscript(ByteSpan script, miniscript::Context context,
                                                   const miniscript::KeyFinder& find_key) {
    auto out = miniscript::decode(script, context, find_key);
    if (!out) return std::nullopt;
    const auto flaw = miniscript::find_flaw(out->expression, out->keys);
    if (flaw && flaw->flaw != miniscript::Flaw::not_satisfiable) return std::nullopt;
    return out;
}

miniscript::KeyFinder keys_of_ring(const KeyRing& ring, miniscript::Context context) {
    return [&ring, context](ByteSpan hash) -> std::optional<Bytes> {
        if (context == miniscript::Context::p2wsh) {
            crypto::Digest160 id{};
            std::ranges::copy(hash, id.begin());
            const auto* key = ring.find_public_key(id);
            if (!key || !key->is_compressed()) return std::nullopt;
            return Bytes(key->bytes().begin(), key->bytes().end());
        }
        // The ring has the hashes of full keys.
        for (const auto& [id, key] : ring.public_keys) {
            const ByteSpan x = key.bytes().subspan(1);
            if (key.is_compressed() && std::ranges::equal(crypto::hash160(x), hash))
                return Bytes(x.begin(), x.end());
        }
        return std::nullopt;
    };
}

}  // namespace daler::descriptor
