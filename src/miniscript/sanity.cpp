#include <daler/script/limits.h>

#include <map>

#include "builder.h"

namespace daler::miniscript {
namespace {

constexpr std::int32_t max_witness_elements = 100;  // of P2WSH: the policy of nodes

bool is_within_limits(const Facts& facts, Context context) {
    const StackUse& stack = facts.stack.satisfied;
    const std::int32_t left = facts.type.has("V"_type) ? 0 : 1;  // B, K and W leave an element
    if (context == Context::tapscript) {
        return !stack.is_possible() ||
               stack.peak() + left <= static_cast<std::int32_t>(script::max_stack_size);
    }
    const Most keys = facts.multisig_keys.satisfied;
    if (keys.is_possible() && facts.opcodes + keys.value() > script::max_operations) return false;
    return !stack.is_possible() || stack.taken() + left <= max_witness_elements;
}

/// For each key the position of the same key before it, or -1.
std::vector<std::int64_t> earlier_uses(std::span<const Bytes> keys) {
    std::map<Bytes, std::int64_t> last;
    std::vector<std::int64_t> out;
    for (const auto& key : keys) {
        const auto position = static_cast<std::int64_t>(out.size());
        const auto [place, is_new] = last.try_emplace(key, position);
        out.push_back(is_new ? -1 : place->second);
        place->second = position;
    }
    return out;
}

/// Flaws that a part can have.
std::optional<Flaw> flaw_of_part(const Facts& facts, Context context, bool repeats_key) {
    if (facts.type.is_empty() || facts.script_size > longest_script(context)) return Flaw::invalid;
    if (!facts.type.has("m"_type)) return Flaw::malleable;
    if (!facts.type.has("k"_type)) return Flaw::mixed_time_locks;
    if (repeats_key) return Flaw::duplicate_keys;
    if (!is_within_limits(facts, context)) return Flaw::over_limits;
    return std::nullopt;
}

}  // namespace

std::optional<FlawedNode> find_flaw(const Expression& expression, std::span<const Bytes> keys) {
    const auto earlier = earlier_uses(keys);
    // The last key in each node that was used before: a repetition if the first use is inside.
    std::vector<std::int64_t> repeated(expression.nodes.size(), -1);
    const std::uint32_t root = expression.root();
    for (std::uint32_t i = 0; i <= root; ++i) {
        const Node& node = expression.nodes[i];
        const auto subs = expression.subs_of(node);
        for (const std::uint32_t sub : subs)
            repeated[i] = std::max(repeated[i], repeated[sub]);
        if (subs.empty())
            for (std::uint32_t key = node.keys.first; key < node.keys.end; ++key)
                repeated[i] = std::max(repeated[i], earlier[key]);
        const Facts& facts = expression.facts[i];
        const bool repeats_key = repeated[i] >= static_cast<std::int64_t>(node.keys.first);
        const auto flaw = flaw_of_part(facts, expression.context, repeats_key);
        if (!flaw) continue;
        // Bitcoin Core names the missing signature of the whole before any other but malleability.
        const bool is_unsigned = i == root && !facts.type.has("s"_type);
        const bool is_first = *flaw == Flaw::invalid || *flaw == Flaw::malleable;
        return FlawedNode{i, is_unsigned && !is_first ? Flaw::no_signature : *flaw};
    }
    const Facts& whole = expression.facts[root];
    if (!whole.type.has("s"_type)) return FlawedNode{root, Flaw::no_signature};
    if (!whole.type.has("B"_type)) return FlawedNode{root, Flaw::not_a_condition};
    if (!whole.stack.satisfied.is_possible()) return FlawedNode{root, Flaw::not_satisfiable};
    return std::nullopt;
}

}  // namespace daler::miniscript
