#include <daler/encoding/bytes.h>
#include <daler/miniscript/satisfy.h>
#include <daler/primitives/transaction.h>

#include <algorithm>
#include <numeric>

namespace daler::miniscript {
namespace {

/// Witness elements, put together from others without copies: positions in Satisfier::pieces_.
using Elements = std::size_t;
constexpr Elements no_elements = 0;

/// A way to run an expression.
struct Way {
    Elements elements = no_elements;
    std::size_t size = 0;  ///< bytes of the elements with their lengths
    bool is_possible = false;
    bool has_signature = false;
    bool is_malleable = false;

    [[nodiscard]] Way malleable() const {
        Way out = *this;
        out.is_malleable = true;
        return out;
    }
};

/// The way to choose of two. If only one of them needs a signature, others can make the other one,
/// so that the witness must be the other one already (BIP 379).
Way operator|(Way a, Way b) {
    if (!a.is_possible) return b;
    if (!b.is_possible) return a;
    if (a.has_signature != b.has_signature) return a.has_signature ? b : a;
    if (!a.has_signature)
        a.is_malleable = b.is_malleable = true;
    else if (a.is_malleable != b.is_malleable)
        return a.is_malleable ? b : a;
    return a.size <= b.size ? a : b;
}

struct WaysOfNode {
    Way satisfied;
    Way dissatisfied;
};

class Satisfier {
public:
    Satisfier(const Expression& expression, std::span<const Bytes> keys, const Assets& assets)
        : expression_(expression), keys_(keys), assets_(assets) {}

    std::optional<std::vector<Bytes>> satisfy() {
        for (const Node& node : expression_.nodes)
            ways_.push_back(ways_of(node));
        const Way& way = ways_.back().satisfied;
        if (!way.is_possible || way.is_malleable || !way.has_signature) return std::nullopt;
        return collect(way.elements);
    }

private:
    /// One element, or two groups of them.
    struct Piece {
        Bytes element{};
        Elements lower = no_elements;
        Elements upper = no_elements;  ///< nearer to the top of the stack
    };

    Elements store(Piece piece) {
        pieces_.push_back(std::move(piece));
        return pieces_.size();
    }
    Way element(Bytes bytes) {
        const std::size_t size = compact_size_length(bytes.size()) + bytes.size();
        return {
            .elements = store({.element = std::move(bytes)}), .size = size, .is_possible = true};
    }
    Way empty() { return element({}); }
    Way one() { return element({1}); }
    static Way nothing() { return {.is_possible = true}; }
    static Way nothing_if(bool possible) { return {.is_possible = possible}; }
    /// Both; the elements of `upper` are used first.
    Way stacked(const Way& lower, const Way& upper);
    Way signature(std::uint32_t key);
    Way empties(std::size_t count);

    WaysOfNode ways_of(const Node& node);
    WaysOfNode leaf(const Node& node);
    WaysOfNode hash_lock(const Node& node);
    Way multisig(const Node& node);
    WaysOfNode wrapper(Fragment fragment, const WaysOfNode& x);
    WaysOfNode pair(Fragment fragment, const WaysOfNode& x, const WaysOfNode& y);
    WaysOfNode andor(const WaysOfNode& x, const WaysOfNode& y, const WaysOfNode& z);
    WaysOfNode thresh(const Node& node);
    [[nodiscard]] std::vector<Bytes> collect(Elements elements) const;

    const Expression& expression_;
    std::span<const Bytes> keys_;
    const Assets& assets_;
    std::vector<WaysOfNode> ways_;
    std::vector<Piece> pieces_;
};

Way Satisfier::stacked(const Way& lower, const Way& upper) {
    Way out{.size = lower.size + upper.size,
            .is_possible = lower.is_possible && upper.is_possible,
            .has_signature = lower.has_signature || upper.has_signature,
            .is_malleable = lower.is_malleable || upper.is_malleable};
    if (!out.is_possible) return {};
    if (lower.elements == no_elements)
        out.elements = upper.elements;
    else if (upper.elements == no_elements)
        out.elements = lower.elements;
    else
        out.elements = store({.lower = lower.elements, .upper = upper.elements});
    return out;
}

Way Satisfier::signature(std::uint32_t key) {
    auto made = assets_.signature(keys_[key]);
    if (!made) return {};
    Way out = element(std::move(*made));
    out.has_signature = true;
    return out;
}

Way Satisfier::empties(std::size_t count) {
    Way out = nothing();
    for (std::size_t i = 0; i < count; ++i)
        out = stacked(out, empty());
    return out;
}

/// The shortest signatures; of equal ones those that Bitcoin Core takes: the first ones of multi,
/// the last ones of multi_a.
Way Satisfier::multisig(const Node& node) {
    const bool in_tapscript = node.fragment == Fragment::multi_a;
    std::vector<Way> signatures;
    for (std::uint32_t key = node.keys.first; key < node.keys.end; ++key)
        signatures.push_back(signature(key));
    if (in_tapscript) std::ranges::reverse(signatures);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < signatures.size(); ++i)
        if (signatures[i].is_possible) order.push_back(i);
    if (order.size() < node.number) return {};
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return signatures[i].size; });
    order.resize(node.number);
    // CHECKMULTISIG takes one element too many (BIP 147); CHECKSIGADD takes one for each key.
    Way out = in_tapscript ? nothing() : empty();
    for (std::size_t i = 0; i < signatures.size(); ++i) {
        const bool is_used = std::ranges::find(order, i) != order.end();
        if (is_used)
            out = stacked(out, signatures[i]);
        else if (in_tapscript)
            out = stacked(out, empty());
    }
    return out;
}

WaysOfNode Satisfier::hash_lock(const Node& node) {
    constexpr std::size_t preimage_size = 32;
    // Any other 32 bytes do not satisfy it, so that others can change them.
    const Way wrong = element(Bytes(preimage_size)).malleable();
    auto preimage = assets_.preimage(node.fragment, expression_.hash_of(node));
    if (!preimage || preimage->size() != preimage_size) return {{}, wrong};
    return {element(std::move(*preimage)), wrong};
}

WaysOfNode Satisfier::leaf(const Node& node) {
    switch (node.fragment) {
        case Fragment::just_0:
            return {{}, nothing()};
        case Fragment::just_1:
            return {nothing(), {}};
        case Fragment::pk_k:
            return {signature(node.keys.first), empty()};
        case Fragment::pk_h: {
            const Way key = element(keys_[node.keys.first]);
            return {stacked(signature(node.keys.first), key), stacked(empty(), key)};
        }
        case Fragment::older:
            return {nothing_if(assets_.check_older(node.number)), {}};
        case Fragment::after:
            return {nothing_if(assets_.check_after(node.number)), {}};
        case Fragment::multi:
            return {multisig(node), empties(node.number + std::size_t{1})};
        case Fragment::multi_a:
            return {multisig(node), empties(node.keys.size())};
        default:
            return hash_lock(node);
    }
}

WaysOfNode Satisfier::wrapper(Fragment fragment, const WaysOfNode& x) {
    switch (fragment) {
        case Fragment::wrap_d:
            return {stacked(x.satisfied, one()), empty()};
        case Fragment::wrap_j: {
            // If the argument can fail without a signature, then perhaps with another element than
            // the empty one, which others could use.
            const bool has_other = x.dissatisfied.is_possible && !x.dissatisfied.has_signature;
            return {x.satisfied, has_other ? empty().malleable() : empty()};
        }
        case Fragment::wrap_v:
            return {x.satisfied, {}};
        default:
            return x;
    }
}

WaysOfNode Satisfier::pair(Fragment fragment, const WaysOfNode& x, const WaysOfNode& y) {
    const auto both = [&] { return stacked(y.satisfied, x.satisfied); };
    const auto neither = [&] { return stacked(y.dissatisfied, x.dissatisfied); };
    const auto only_x = [&] { return stacked(y.dissatisfied, x.satisfied); };
    const auto only_y = [&] { return stacked(y.satisfied, x.dissatisfied); };
    switch (fragment) {
        case Fragment::and_v:
            return {both(), only_x()};
        case Fragment::and_b:
            return {both(), neither() | only_y().malleable() | only_x().malleable()};
        case Fragment::or_b:
            return {only_x() | only_y() | both().malleable(), neither()};
        case Fragment::or_c:
            return {x.satisfied | only_y(), {}};
        case Fragment::or_d:
            return {x.satisfied | only_y(), neither()};
        default:  // or_i
            return {stacked(x.satisfied, one()) | stacked(y.satisfied, empty()),
                    stacked(x.dissatisfied, one()) | stacked(y.dissatisfied, empty())};
    }
}

WaysOfNode Satisfier::andor(const WaysOfNode& x, const WaysOfNode& y, const WaysOfNode& z) {
    return {stacked(y.satisfied, x.satisfied) | stacked(z.satisfied, x.dissatisfied),
            stacked(y.dissatisfied, x.satisfied) | stacked(z.dissatisfied, x.dissatisfied)};
}

WaysOfNode Satisfier::thresh(const Node& node) {
    const auto subs = expression_.subs_of(node);
    std::vector<Way> ways{nothing()};  // by how many subexpressions are satisfied
    // The first subexpression takes the top of the stack.
    for (std::size_t i = subs.size(); i-- > 0;) {
        const WaysOfNode& sub = ways_[subs[i]];
        std::vector<Way> next{stacked(ways[0], sub.dissatisfied)};
        for (std::size_t j = 1; j < ways.size(); ++j)
            next.push_back(stacked(ways[j], sub.dissatisfied) |
                           stacked(ways[j - 1], sub.satisfied));
        next.push_back(stacked(ways.back(), sub.satisfied));
        ways = std::move(next);
    }
    WaysOfNode out{ways[node.number], ways[0]};
    for (std::size_t i = 1; i < ways.size(); ++i)
        if (i != node.number) out.dissatisfied = out.dissatisfied | ways[i].malleable();
    return out;
}

WaysOfNode Satisfier::ways_of(const Node& node) {
    const auto subs = expression_.subs_of(node);
    if (node.fragment == Fragment::thresh) return thresh(node);
    switch (subs.size()) {
        case 0:
            return leaf(node);
        case 1:
            return wrapper(node.fragment, ways_[subs[0]]);
        case 2:
            return pair(node.fragment, ways_[subs[0]], ways_[subs[1]]);
        default:
            return andor(ways_[subs[0]], ways_[subs[1]], ways_[subs[2]]);
    }
}

std::vector<Bytes> Satisfier::collect(Elements elements) const {
    std::vector<Bytes> out;
    std::vector<Elements> to_do{elements};
    while (!to_do.empty()) {
        const Elements next = to_do.back();
        to_do.pop_back();
        if (next == no_elements) continue;
        const Piece& piece = pieces_[next - 1];
        if (piece.upper == no_elements) {
            out.push_back(piece.element);
        } else {
            to_do.push_back(piece.upper);
            to_do.push_back(piece.lower);
        }
    }
    return out;
}

}  // namespace

std::optional<std::vector<Bytes>> satisfy(const Expression& expression, std::span<const Bytes> keys,
                                          const Assets& assets) {
    return Satisfier(expression, keys, assets).satisfy();
}

std::optional<WitnessSize> largest_witness(const Expression& expression) {
    const Facts& facts = expression.facts.back();
    const Most bytes = facts.witness_size.satisfied;
    if (!bytes.is_possible() || !facts.stack.satisfied.is_possible()) return std::nullopt;
    // It leaves one element, so that it takes one more than the difference.
    return WitnessSize{static_cast<std::size_t>(facts.stack.satisfied.taken() + 1),
                       static_cast<std::size_t>(bytes.value())};
}

}  // namespace daler::miniscript
