#pragma once

#include <daler/miniscript/type.h>

#include <algorithm>
#include <cstdint>

namespace daler::miniscript {

/// The largest of several sums, or nothing if none of them is possible.
class Most {
public:
    constexpr Most() = default;
    constexpr Most(std::int32_t value) : value_(value), is_possible_(true) {}  // NOLINT: a number

    [[nodiscard]] constexpr bool is_possible() const { return is_possible_; }
    /// Requires: is_possible().
    [[nodiscard]] constexpr std::int32_t value() const { return value_; }

    /// Both are needed.
    constexpr Most operator+(Most other) const {
        if (!is_possible_ || !other.is_possible_) return {};
        return value_ + other.value_;
    }
    /// One of them is needed.
    constexpr Most operator|(Most other) const {
        if (!is_possible_ || !other.is_possible_) return is_possible_ ? *this : other;
        return std::max(value_, other.value_);
    }

private:
    std::int32_t value_ = 0;
    bool is_possible_ = false;
};

/// How the stack changes on one way through a script, at most.
class StackUse {
public:
    constexpr StackUse() = default;
    /// `taken`: how many more elements are on the stack at the start than at the end (negative if
    /// there are fewer). `peak`: how many more at the highest point than at the end.
    constexpr StackUse(std::int32_t taken, std::int32_t peak)
        : taken_(taken), peak_(peak), is_possible_(true) {}

    [[nodiscard]] constexpr bool is_possible() const { return is_possible_; }
    [[nodiscard]] constexpr std::int32_t taken() const { return taken_; }
    [[nodiscard]] constexpr std::int32_t peak() const { return peak_; }

    /// This part, then the other.
    constexpr StackUse operator+(StackUse next) const {
        if (!is_possible_ || !next.is_possible_) return {};
        return {taken_ + next.taken_, std::max(next.peak_, next.taken_ + peak_)};
    }
    /// One of them.
    constexpr StackUse operator|(StackUse other) const {
        if (!is_possible_ || !other.is_possible_) return is_possible_ ? *this : other;
        return {std::max(taken_, other.taken_), std::max(peak_, other.peak_)};
    }

private:
    std::int32_t taken_ = 0;
    std::int32_t peak_ = 0;
    bool is_possible_ = false;
};

/// A quantity of the two ways to run an expression.
template <class T>
struct Ways {
    T satisfied{};
    T dissatisfied{};
};

/// What is known about an expression without knowing its keys.
struct Facts {
    Type type;                 ///< empty: the expression is not valid
    std::int32_t script_size;  ///< bytes
    std::int32_t opcodes;      ///< that count for the limit of 201
    Ways<Most> multisig_keys;  ///< executed CHECKMULTISIGs count their keys as opcodes, too
    Ways<StackUse> stack;      ///< elements
    Ways<Most> witness_size;   ///< bytes of the elements with their lengths
};

}  // namespace daler::miniscript
