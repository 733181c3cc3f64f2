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

/// The numbers of the keys from left to right.
std::vector<std::uint32_t> keys_in_order(const miniscript::Expression& expression) {
    std::vector<std::uint32_t> out;
    std::vector<std::uint32_t> open{expression.root()};
    while (!open.empty()) {
        const auto& node = expression.nodes[open.back()];
        open.pop_back();
        const auto subs = expression.subs_of(node);
        open.insert(open.end(), subs.rbegin(), subs.rend());
        if (!subs.empty()) continue;
        for (auto key = node.keys.first; key < node.keys.end; ++key)
            out.push_back(key);
    }
    return out;
}

class SpendAssets final : public miniscript::Assets {
public:
    /// Makes all signatures, in the order in which Bitcoin Core does: analyzepsbt shows in this
    /// order which ones are missing.
    SpendAssets(const miniscript::Decoded& decoded, const MiniscriptParts& parts) : parts_(parts) {
        for (const std::uint32_t key : keys_in_order(decoded.expression))
            signatures_.emplace(decoded.keys[key], parts.sign(decoded.keys[key]));
    }

    [[nodiscard]] std::optional<Bytes> signature(ByteSpan key) const override {
        return signatures_.at({key.begin(), key.end()});
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
    std::map<Bytes, std::optional<Bytes>> signatures_;  ///< by key
};

}  // namespace

std::optional<Witness> satisfy_miniscript(ByteSpan script, const MiniscriptParts& parts) {
    const auto decoded = sane_miniscript(script, parts.context, parts.find_key);
    if (!decoded) return std::nullopt;
    return miniscript::satisfy(decoded->expression, decoded->keys, SpendAssets(*decoded, parts));
}

}  // namespace daler::descriptor
