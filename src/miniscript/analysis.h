#pragma once

#include <daler/miniscript/expression.h>

namespace daler::miniscript {

/// Sequences with this bit count seconds, others blocks (BIP 68).
inline constexpr std::uint32_t sequence_counts_seconds = 1u << 22;
/// Lock times from here on are seconds, others heights.
inline constexpr std::uint32_t first_lock_time_in_seconds = 500'000'000;

/// A node and the facts of its arguments, from which its own facts follow.
struct Arguments {
    Context context;
    const Node& node;
    std::span<const Facts> all;
    std::span<const std::uint32_t> subs;

    [[nodiscard]] const Facts& operator[](std::size_t i) const { return all[subs[i]]; }
    [[nodiscard]] std::size_t size() const { return subs.size(); }
    [[nodiscard]] bool in_tapscript() const { return context == Context::tapscript; }
};

/// Its type; empty if the types of the arguments do not fit.
[[nodiscard]] Type type_of(const Arguments& node);
/// Bytes of the node's own opcodes and pushes.
[[nodiscard]] std::int32_t own_script_size(const Arguments& node);
/// All facts.
[[nodiscard]] Facts facts_of(const Arguments& node);

}  // namespace daler::miniscript
