#pragma once

#include "analysis.h"

namespace daler::miniscript {

/// What a node without subexpressions has besides its keys.
struct Leaf {
    Fragment fragment;
    std::uint32_t number = 0;  ///< lock time or threshold
    std::uint32_t keys = 0;    ///< how many: the ones that follow the last key
    ByteSpan hash{};           ///< of a hash lock
};

/// Puts an expression together from the leaves up. Refuses numbers out of range, fragments that the
/// context does not have, and more nodes than the longest script can hold.
class Builder {
public:
    explicit Builder(Context context) : out_{.context = context} {}

    /// The position of the new node; nothing if it was refused.
    std::optional<std::uint32_t> add_leaf(const Leaf& leaf);
    /// Requires: the number of `subs` fits `fragment`, and each was returned by an add before.
    std::optional<std::uint32_t> add(Fragment fragment, std::span<const std::uint32_t> subs,
                                     std::uint32_t threshold = 0);

    [[nodiscard]] Context context() const { return out_.context; }
    [[nodiscard]] const Node& node(std::uint32_t position) const { return out_.nodes[position]; }
    /// The finished expression. Requires at least one node, and that the last one is the root.
    [[nodiscard]] Expression finish() && { return std::move(out_); }

private:
    [[nodiscard]] bool allows(const Leaf& leaf) const;
    std::optional<std::uint32_t> append(const Node& node);

    Expression out_;
    std::int64_t script_size_ = 0;  // of all nodes
};

/// The longest script that can be spent by a standard transaction.
[[nodiscard]] std::int64_t longest_script(Context context);

}  // namespace daler::miniscript
