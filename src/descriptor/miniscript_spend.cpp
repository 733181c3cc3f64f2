#include "miniscript_spend.h"

#include <daler/miniscript/satisfy.h>

#include <algorithm>

#include "sane_miniscript.h"

namespace daler::descriptor {
namespace {

using miniscript::Fragment;

template <class Hash>
std::optional<Bytes> find_preimage(const std::map<Hash, Bytes>& preimages, ByteSpan digest) {
    Hash hash{};
    if (digest.size() != hash.size()) return std::nullopt;
    std::ranges::copy(digest, hash.begin());
    const auto found = preimages.find(hash);
    return found == preimages.end() ? std::nullopt : std::optional(found->second);
}

class SpendAssets final : public miniscript::Assets {
public:
    explicit SpendAssets(const MiniscriptParts& parts) : parts_(parts) {}

    [[nodiscard]] std::optional<Bytes> signature(ByteSpan key) const override {
        return parts_.sign(key);
    }
    [[nodiscard]] std::optional<Bytes> preimage(Fragment hash, ByteSpan digest) const override {
        const Preimages& known = parts_.preimages;
        if (hash == Fragment::sha256) return find_preimage(known.sha256, digest);
        if (hash == Fragment::hash256) return find_preimage(known.hash256, digest);
        if (hash == Fragment::ripemd160) return find_preimage(known.ripemd160, digest);
        return find_preimage(known.hash160, digest);
    }
    [[nodiscard]] bool check_after(std::uint32_t lock_time) const override {
        return parts_.source.lock_time_holds(lock_time);
    }
    [[nodiscard]] bool check_older(std::uint32_t sequence) const override {
        return parts_.source.sequence_holds(sequence);
    }

private:
    const MiniscriptParts& parts_;
};

}  // namespace

std::optional<Witness> satisfy_miniscript(ByteSpan script, const MiniscriptParts& parts) {
    const auto decoded = sane_miniscript(script, parts.context, parts.find_key);
    if (!decoded) return std::nullopt;
    return miniscript::satisfy(decoded->expression, decoded->keys, SpendAssets(parts));
}

}  // namespace daler::descriptor
