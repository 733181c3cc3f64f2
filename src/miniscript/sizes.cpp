#include <daler/crypto/key.h>
#include <daler/script/standard.h>

#include "analysis.h"

namespace daler::miniscript {
namespace {

// Pushes with their length bytes.
constexpr std::int32_t key_push = 34;
constexpr std::int32_t x_only_key_push = 33;
constexpr std::int32_t hash160_push = 21;
constexpr std::int32_t sha256_push = 33;
// Witness elements with their lengths.
constexpr std::int32_t ecdsa_element = 1 + 72;
constexpr std::int32_t schnorr_element = 1 + 65;
constexpr std::int32_t preimage_element = 1 + 32;
constexpr std::int32_t empty_element = 1;
constexpr std::int32_t one_element = 2;

std::int32_t number_push(std::int64_t number) {
    Script out;
    script::push_number(out, number);
    return static_cast<std::int32_t>(out.size());
}

// What single opcodes do to the stack.
constexpr StackUse nothing{0, 0};
constexpr StackUse pushes{-1, 0};    // also DUP, SIZE, and IFDUP of a true value
constexpr StackUse takes_one{1, 1};  // IF, VERIFY, EQUAL, CHECKSIG, BOOLAND, ADD
constexpr StackUse takes_two{2, 2};  // EQUALVERIFY

/// Combines the ways of all subexpressions of a thresh: `count` of them are satisfied. `step`
/// combines what was before with the next one, given its position.
template <class T, class Step>
Ways<T> thresh_ways(std::size_t count, std::size_t subs, T none, Step step) {
    std::vector<T> sums{none};  // by how many are satisfied so far
    for (std::size_t i = 0; i < subs; ++i) {
        std::vector<T> next{step(i, sums[0], false)};
        for (std::size_t j = 1; j < sums.size(); ++j)
            next.push_back(step(i, sums[j], false) | step(i, sums[j - 1], true));
        if (sums.size() <= count) next.push_back(step(i, sums.back(), true));
        sums = std::move(next);
    }
    return {sums[count], sums[0]};
}

/// Combines quantities that add up, whichever order they come in.
Ways<Most> sum(const Arguments& node, Ways<Most> Facts::*quantity) {
    const auto of = [&](std::size_t i) -> const Ways<Most>& { return node[i].*quantity; };
    switch (node.node.fragment) {
        case Fragment::and_v:
            return {of(0).satisfied + of(1).satisfied, {}};
        case Fragment::and_b:
            return {of(0).satisfied + of(1).satisfied, of(0).dissatisfied + of(1).dissatisfied};
        case Fragment::or_b:
            return {(of(0).satisfied + of(1).dissatisfied) | (of(0).dissatisfied + of(1).satisfied),
                    of(0).dissatisfied + of(1).dissatisfied};
        case Fragment::or_c:
            return {of(0).satisfied | (of(0).dissatisfied + of(1).satisfied), {}};
        case Fragment::or_d:
            return {of(0).satisfied | (of(0).dissatisfied + of(1).satisfied),
                    of(0).dissatisfied + of(1).dissatisfied};
        case Fragment::or_i:
            return {of(0).satisfied | of(1).satisfied, of(0).dissatisfied | of(1).dissatisfied};
        case Fragment::andor:
            return {(of(0).satisfied + of(1).satisfied) | (of(0).dissatisfied + of(2).satisfied),
                    of(0).dissatisfied + of(2).dissatisfied};
        case Fragment::wrap_v:
            return {of(0).satisfied, {}};
        case Fragment::thresh:
            return thresh_ways(node.node.number, node.size(), Most(0),
                               [&](std::size_t i, Most before, bool satisfied) {
                                   return before +
                                          (satisfied ? of(i).satisfied : of(i).dissatisfied);
                               });
        default:
            return of(0);
    }
}

std::int32_t own_opcodes(const Arguments& node) {
    switch (node.node.fragment) {
        case Fragment::just_0:
        case Fragment::just_1:
        case Fragment::pk_k:
        case Fragment::and_v:
            return 0;
        case Fragment::older:
        case Fragment::after:
        case Fragment::multi:
        case Fragment::wrap_s:
        case Fragment::wrap_c:
        case Fragment::wrap_n:
        case Fragment::and_b:
        case Fragment::or_b:
            return 1;
        case Fragment::wrap_a:
        case Fragment::or_c:
            return 2;
        case Fragment::pk_h:
        case Fragment::wrap_d:
        case Fragment::or_d:
        case Fragment::or_i:
        case Fragment::andor:
            return 3;
        case Fragment::sha256:
        case Fragment::hash256:
        case Fragment::ripemd160:
        case Fragment::hash160:
        case Fragment::wrap_j:
            return 4;
        case Fragment::wrap_v:
            return node[0].type.has("x"_type) ? 1 : 0;
        case Fragment::multi_a:
            return static_cast<std::int32_t>(node.node.keys.size()) + 1;
        case Fragment::thresh:
            return static_cast<std::int32_t>(node.size());
    }
    return 0;
}

Ways<Most> multisig_keys(const Arguments& node) {
    if (node.size() > 0) {
        auto out = sum(node, &Facts::multisig_keys);
        // Their own way to be dissatisfied does not run the argument.
        if (node.node.fragment == Fragment::wrap_d || node.node.fragment == Fragment::wrap_j)
            out.dissatisfied = 0;
        return out;
    }
    switch (node.node.fragment) {
        case Fragment::just_0:
            return {{}, 0};
        case Fragment::pk_k:
        case Fragment::pk_h:
        case Fragment::multi_a:
            return {0, 0};
        case Fragment::multi: {
            const auto keys = static_cast<std::int32_t>(node.node.keys.size());
            return {keys, keys};
        }
        default:
            return {0, {}};
    }
}

Ways<Most> leaf_witness(const Arguments& node) {
    const std::int32_t signature = node.in_tapscript() ? schnorr_element : ecdsa_element;
    const auto keys = static_cast<std::int32_t>(node.node.keys.size());
    const auto needed = static_cast<std::int32_t>(node.node.number);
    switch (node.node.fragment) {
        case Fragment::just_0:
            return {{}, 0};
        case Fragment::just_1:
        case Fragment::older:
        case Fragment::after:
            return {0, {}};
        case Fragment::pk_k:
            return {signature, empty_element};
        case Fragment::pk_h: {
            const std::int32_t key = node.in_tapscript() ? x_only_key_push : key_push;
            return {signature + key, empty_element + key};
        }
        case Fragment::multi:
            return {needed * signature + empty_element, (needed + 1) * empty_element};
        case Fragment::multi_a:
            return {needed * signature + (keys - needed) * empty_element, keys * empty_element};
        default:
            return {preimage_element, {}};
    }
}

Ways<Most> witness_size(const Arguments& node) {
    if (node.size() == 0) return leaf_witness(node);
    auto out = sum(node, &Facts::witness_size);
    if (node.node.fragment == Fragment::wrap_d) {
        out = {out.satisfied + one_element, empty_element};
    } else if (node.node.fragment == Fragment::wrap_j) {
        out.dissatisfied = empty_element;
    } else if (node.node.fragment == Fragment::or_i) {
        const auto& x = node[0].witness_size;
        const auto& y = node[1].witness_size;
        out = {(x.satisfied + one_element) | (y.satisfied + empty_element),
               (x.dissatisfied + one_element) | (y.dissatisfied + empty_element)};
    }
    return out;
}

Ways<StackUse> leaf_stack(const Node& node) {
    const auto keys = static_cast<std::int32_t>(node.keys.size());
    const auto needed = static_cast<std::int32_t>(node.number);
    constexpr StackUse key_hash = pushes + nothing + pushes + takes_two;
    constexpr StackUse hash_lock = pushes + pushes + takes_two + nothing + pushes + takes_one;
    // All pushes of CHECKMULTISIG lie on the stack together: the keys and two numbers.
    const StackUse multisig{needed, needed + keys + 2};
    const StackUse tapscript_multisig{keys - 1, keys};
    switch (node.fragment) {
        case Fragment::just_0:
            return {{}, pushes};
        case Fragment::just_1:
        case Fragment::older:
        case Fragment::after:
            return {pushes, {}};
        case Fragment::pk_k:
            return {pushes, pushes};
        case Fragment::pk_h:
            return {key_hash, key_hash};
        case Fragment::multi:
            return {multisig, multisig};
        case Fragment::multi_a:
            return {tapscript_multisig, tapscript_multisig};
        default:
            return {hash_lock, {}};
    }
}

Ways<StackUse> wrapped_stack(Fragment wrapper, const Ways<StackUse>& x) {
    switch (wrapper) {
        case Fragment::wrap_c:
            return {x.satisfied + takes_one, x.dissatisfied + takes_one};
        case Fragment::wrap_d:
            return {pushes + takes_one + x.satisfied, pushes + takes_one};
        case Fragment::wrap_v:
            return {x.satisfied + takes_one, {}};
        case Fragment::wrap_j:
            return {pushes + nothing + takes_one + x.satisfied, pushes + nothing + takes_one};
        default:
            return x;
    }
}

Ways<StackUse> thresh_stack(const Arguments& node) {
    auto out = thresh_ways(node.node.number, node.size(), nothing,
                           [&](std::size_t i, StackUse before, bool satisfied) {
                               const auto& sub = node[i].stack;
                               const auto add = i == 0 ? nothing : takes_one;
                               return before + (satisfied ? sub.satisfied : sub.dissatisfied) + add;
                           });
    out.satisfied = out.satisfied + pushes + takes_one;
    out.dissatisfied = out.dissatisfied + pushes + takes_one;
    return out;
}

Ways<StackUse> stack(const Arguments& node) {
    if (node.node.fragment == Fragment::thresh) return thresh_stack(node);
    if (node.size() == 0) return leaf_stack(node.node);
    const auto& x = node[0].stack;
    if (node.size() == 1) return wrapped_stack(node.node.fragment, x);
    const auto& y = node[1].stack;
    const auto failed_x = x.dissatisfied + takes_one;
    switch (node.node.fragment) {
        case Fragment::and_v:
            return {x.satisfied + y.satisfied, {}};
        case Fragment::and_b:
            return {x.satisfied + y.satisfied + takes_one,
                    x.dissatisfied + y.dissatisfied + takes_one};
        case Fragment::or_b:
            return {(x.satisfied + y.dissatisfied + takes_one) |
                        (x.dissatisfied + y.satisfied + takes_one),
                    x.dissatisfied + y.dissatisfied + takes_one};
        case Fragment::or_c:
            return {(x.satisfied + takes_one) | (failed_x + y.satisfied), {}};
        case Fragment::or_d:
            return {(x.satisfied + pushes + takes_one) | (failed_x + y.satisfied),
                    failed_x + y.dissatisfied};
        case Fragment::or_i:
            return {takes_one + (x.satisfied | y.satisfied),
                    takes_one + (x.dissatisfied | y.dissatisfied)};
        default: {
            const auto& z = node[2].stack;
            return {(x.satisfied + takes_one + y.satisfied) | (failed_x + z.satisfied),
                    failed_x + z.dissatisfied};
        }
    }
}

}  // namespace

std::int32_t own_script_size(const Arguments& node) {
    const auto keys = static_cast<std::int32_t>(node.node.keys.size());
    const std::int32_t key = node.in_tapscript() ? x_only_key_push : key_push;
    switch (node.node.fragment) {
        case Fragment::just_0:
        case Fragment::just_1:
            return 1;
        case Fragment::pk_k:
            return key;
        case Fragment::pk_h:
            return own_opcodes(node) + hash160_push;
        case Fragment::older:
        case Fragment::after:
            return own_opcodes(node) + number_push(node.node.number);
        case Fragment::sha256:
        case Fragment::hash256:
            return own_opcodes(node) + number_push(32) + sha256_push;
        case Fragment::ripemd160:
        case Fragment::hash160:
            return own_opcodes(node) + number_push(32) + hash160_push;
        case Fragment::multi:
            return own_opcodes(node) + number_push(keys) + number_push(node.node.number) +
                   keys * key;
        case Fragment::multi_a:
            return own_opcodes(node) + number_push(node.node.number) + keys * key;
        case Fragment::thresh:
            return own_opcodes(node) + number_push(node.node.number);
        default:
            return own_opcodes(node);
    }
}

Facts facts_of(const Arguments& node) {
    Facts out{.type = type_of(node),
              .script_size = own_script_size(node),
              .opcodes = own_opcodes(node),
              .multisig_keys = multisig_keys(node),
              .stack = stack(node),
              .witness_size = witness_size(node)};
    for (std::size_t i = 0; i < node.size(); ++i) {
        out.script_size += node[i].script_size;
        out.opcodes += node[i].opcodes;
    }
    return out;
}

}  // namespace daler::miniscript
