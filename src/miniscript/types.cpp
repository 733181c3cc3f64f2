#include "analysis.h"

namespace daler::miniscript {
namespace {

constexpr Type time_locks = "ghij"_type;

/// "k" if a satisfaction with all of these needs no two time locks of different units.
Type unmixed(Type a, Type b) {
    const bool mixed = (a.has("g"_type) && b.has("h"_type)) ||
                       (a.has("h"_type) && b.has("g"_type)) ||
                       (a.has("i"_type) && b.has("j"_type)) || (a.has("j"_type) && b.has("i"_type));
    return (a & b & "k"_type).when(!mixed);
}

Type leaf_type(const Node& node) {
    switch (node.fragment) {
        case Fragment::just_0:
            return "Bzudemsxk"_type;
        case Fragment::just_1:
            return "Bzufmxk"_type;
        case Fragment::pk_k:
            return "Konudemsxk"_type;
        case Fragment::pk_h:
            return "Knudemsxk"_type;
        case Fragment::older:
            return "Bzfmxk"_type | ((node.number & sequence_counts_seconds) ? "g"_type : "h"_type);
        case Fragment::after:
            return "Bzfmxk"_type |
                   (node.number >= first_lock_time_in_seconds ? "i"_type : "j"_type);
        case Fragment::multi:
            return "Bnudemsk"_type;
        case Fragment::multi_a:
            return "Budemsk"_type;
        default:
            return "Bonudmk"_type;  // the hash locks
    }
}

Type wrapped_type(Fragment wrapper, Type x, bool in_tapscript) {
    const Type locks = x & (time_locks | "k"_type);
    switch (wrapper) {
        case Fragment::wrap_a:
            return "W"_type.when(x.has("B"_type)) | (x & "udfems"_type) | "x"_type | locks;
        case Fragment::wrap_s:
            return "W"_type.when(x.has("Bo"_type)) | (x & "udfemsx"_type) | locks;
        case Fragment::wrap_c:
            return "B"_type.when(x.has("K"_type)) | (x & "ondfem"_type) | "us"_type | locks;
        case Fragment::wrap_d:
            // In tapscript the argument of IF must be 1 (BIP 342), so that DUP leaves a 1.
            return "B"_type.when(x.has("Vz"_type)) | "o"_type.when(x.has("z"_type)) |
                   "e"_type.when(x.has("f"_type)) | (x & "ms"_type) | "ndx"_type |
                   "u"_type.when(in_tapscript) | locks;
        case Fragment::wrap_v:
            return "V"_type.when(x.has("B"_type)) | (x & "zonms"_type) | "fx"_type | locks;
        case Fragment::wrap_j:
            return "B"_type.when(x.has("Bn"_type)) | "e"_type.when(x.has("f"_type)) |
                   (x & "oums"_type) | "ndx"_type | locks;
        default:
            return (x & "Bzondfems"_type) | "ux"_type | locks;  // n:
    }
}

Type and_v_type(Type x, Type y) {
    return (y & "BVK"_type).when(x.has("V"_type)) | (x & "n"_type) |
           (y & "n"_type).when(x.has("z"_type)) | ((x | y) & "o"_type).when((x | y).has("z"_type)) |
           (x & y & "dmz"_type) | ((x | y) & "s"_type) |
           "f"_type.when(y.has("f"_type) || x.has("s"_type)) | (y & "ux"_type) |
           ((x | y) & time_locks) | unmixed(x, y);
}

Type and_b_type(Type x, Type y) {
    return (x & "B"_type).when(y.has("W"_type)) | ((x | y) & "o"_type).when((x | y).has("z"_type)) |
           (x & "n"_type) | (y & "n"_type).when(x.has("z"_type)) |
           (x & y & "e"_type).when((x & y).has("s"_type)) | (x & y & "dzm"_type) |
           "f"_type.when((x & y).has("f"_type) || x.has("sf"_type) || y.has("sf"_type)) |
           ((x | y) & "s"_type) | "ux"_type | ((x | y) & time_locks) | unmixed(x, y);
}

Type or_type(Fragment fragment, Type x, Type y) {
    const Type either = x | y;
    const Type both = x & y;
    const Type common = "x"_type | (either & time_locks) | (both & "k"_type);
    if (fragment == Fragment::or_b) {
        return "B"_type.when(x.has("Bd"_type) && y.has("Wd"_type)) |
               (either & "o"_type).when(either.has("z"_type)) |
               (both & "m"_type).when(either.has("s"_type) && both.has("e"_type)) |
               (both & "zse"_type) | "du"_type | common;
    }
    if (fragment == Fragment::or_i) {
        return (both & "VBKufs"_type) | "o"_type.when(both.has("z"_type)) |
               (either & "e"_type).when(either.has("f"_type)) |
               (both & "m"_type).when(either.has("s"_type)) | (either & "d"_type) | common;
    }
    const Type shared = (x & "o"_type).when(y.has("z"_type)) |
                        (both & "m"_type).when(x.has("e"_type) && either.has("s"_type)) |
                        (both & "zs"_type) | common;
    if (fragment == Fragment::or_c)
        return (y & "V"_type).when(x.has("Bdu"_type)) | "f"_type | shared;
    return (y & "B"_type).when(x.has("Bdu"_type)) | (y & "ufde"_type) | shared;
}

Type andor_type(Type x, Type y, Type z) {
    const Type no_free_choice = (z & "fe"_type).when(x.has("s"_type) || y.has("f"_type));
    return (y & z & "BKV"_type).when(x.has("Bdu"_type)) | (x & y & z & "z"_type) |
           ((x | (y & z)) & "o"_type).when((x | (y & z)).has("z"_type)) | (y & z & "u"_type) |
           no_free_choice | (z & "d"_type) |
           (x & y & z & "m"_type).when(x.has("e"_type) && (x | y | z).has("s"_type)) |
           (z & (x | y) & "s"_type) | "x"_type | ((x | y | z) & time_locks) | (unmixed(x, y) & z);
}

Type thresh_type(const Arguments& node) {
    std::size_t taken = 0, with_signature = 0;
    bool all_unique = true, all_safe = true;
    Type locks = "k"_type;
    for (std::size_t i = 0; i < node.size(); ++i) {
        const Type sub = node[i].type;
        if (!sub.has(i == 0 ? "Bdu"_type : "Wdu"_type)) return {};
        all_unique = all_unique && sub.has("e"_type);
        all_safe = all_safe && sub.has("m"_type);
        if (sub.has("s"_type)) ++with_signature;
        taken += sub.has("z"_type) ? 0 : sub.has("o"_type) ? 1 : 2;
        const Type k = node.node.number > 1 ? unmixed(locks, sub) : locks & sub & "k"_type;
        locks = ((locks | sub) & time_locks) | k;
    }
    const std::size_t spare = node.size() - node.node.number;  // that need not be satisfied
    return "Bdu"_type | "z"_type.when(taken == 0) | "o"_type.when(taken == 1) |
           "e"_type.when(all_unique && with_signature == node.size()) |
           "m"_type.when(all_unique && all_safe && with_signature >= spare) |
           "s"_type.when(with_signature >= spare + 1) | locks;
}

}  // namespace

Type type_of(const Arguments& node) {
    const Fragment fragment = node.node.fragment;
    Type out;
    for (std::size_t i = 0; i < node.size(); ++i)
        if (node[i].type.is_empty()) return {};
    if (fragment == Fragment::thresh)
        out = thresh_type(node);
    else if (node.size() == 0)
        out = leaf_type(node.node);
    else if (node.size() == 1)
        out = wrapped_type(fragment, node[0].type, node.in_tapscript());
    else if (fragment == Fragment::andor)
        out = andor_type(node[0].type, node[1].type, node[2].type);
    else if (fragment == Fragment::and_v)
        out = and_v_type(node[0].type, node[1].type);
    else if (fragment == Fragment::and_b)
        out = and_b_type(node[0].type, node[1].type);
    else
        out = or_type(fragment, node[0].type, node[1].type);
    return out.when(!(out & "BVKW"_type).is_empty());
}

}  // namespace daler::miniscript
