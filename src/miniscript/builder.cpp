#include "builder.h"

#include <daler/script/limits.h>

#include <algorithm>

namespace daler::miniscript {
namespace {

// CHECKSEQUENCEVERIFY and CHECKLOCKTIMEVERIFY take numbers of at most 31 bits here (BIP 379).
constexpr std::uint32_t largest_lock = 0x7fffffff;
constexpr std::uint32_t max_tapscript_keys = 999;    // the stack holds their signatures
constexpr std::int64_t longest_p2wsh_script = 3600;  // the policy of nodes
// 400,000 units of weight for a transaction, less its other parts: its head, an input and an
// output (378), the largest control block (4132), and 1000 signatures (66,003).
constexpr std::int64_t longest_tapscript = 329'482;

bool is_threshold(std::uint32_t threshold, std::size_t of) {
    return threshold >= 1 && threshold <= of;
}

}  // namespace

std::int64_t longest_script(Context context) {
    return context == Context::tapscript ? longest_tapscript : longest_p2wsh_script;
}

bool Builder::allows(const Leaf& leaf) const {
    const bool in_tapscript = context() == Context::tapscript;
    switch (leaf.fragment) {
        case Fragment::older:
        case Fragment::after:
            return leaf.number >= 1 && leaf.number <= largest_lock;
        case Fragment::multi:
            return !in_tapscript && leaf.keys <= script::max_multisig_keys &&
                   is_threshold(leaf.number, leaf.keys);
        case Fragment::multi_a:
            return in_tapscript && leaf.keys <= max_tapscript_keys &&
                   is_threshold(leaf.number, leaf.keys);
        default:
            return true;
    }
}

std::optional<std::uint32_t> Builder::add_leaf(const Leaf& leaf) {
    if (!allows(leaf)) return std::nullopt;
    const auto first_sub = static_cast<std::uint32_t>(out_.subs.size());
    Node node{.fragment = leaf.fragment,
              .number = leaf.number,
              .subs = {first_sub, first_sub},
              .keys = {out_.key_count, out_.key_count + leaf.keys}};
    if (!leaf.hash.empty()) {
        node.number = static_cast<std::uint32_t>(out_.hashes.size());
        out_.hashes.emplace_back(leaf.hash.begin(), leaf.hash.end());
    }
    out_.key_count += leaf.keys;
    return append(node);
}

std::optional<std::uint32_t> Builder::add(Fragment fragment, std::span<const std::uint32_t> subs,
                                          std::uint32_t threshold) {
    if (fragment == Fragment::thresh &&
        (subs.size() > max_thresh_subs || !is_threshold(threshold, subs.size()))) {
        return std::nullopt;
    }
    const auto first_sub = static_cast<std::uint32_t>(out_.subs.size());
    Node node{.fragment = fragment,
              .number = threshold,
              .subs = {first_sub, first_sub + static_cast<std::uint32_t>(subs.size())},
              .keys = out_.nodes[subs.front()].keys};
    for (const std::uint32_t sub : subs) {
        const Range& keys = out_.nodes[sub].keys;
        node.keys.first = std::min(node.keys.first, keys.first);
        node.keys.end = std::max(node.keys.end, keys.end);
    }
    out_.subs.insert(out_.subs.end(), subs.begin(), subs.end());
    return append(node);
}

std::optional<std::uint32_t> Builder::append(const Node& node) {
    const Arguments arguments{context(), node, out_.facts, out_.subs_of(node)};
    script_size_ += own_script_size(arguments);
    // v: and and_v may add no byte, but each of them needs another node that does.
    const auto limit = longest_script(context());
    if (script_size_ > limit || out_.nodes.size() >= 4 * static_cast<std::size_t>(limit))
        return std::nullopt;
    out_.facts.push_back(facts_of(arguments));
    out_.nodes.push_back(node);
    return out_.root();
}

}  // namespace daler::miniscript
