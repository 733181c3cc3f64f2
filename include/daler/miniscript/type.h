#pragma once

#include <cstdint>
#include <string_view>

namespace daler::miniscript {

/// The type of an expression: a set of properties, each with the letter of BIP 379.
///
/// - B, V, K, W: how it leaves the stack (base expression, verify, key, wrapped). A valid
///   expression has one of them.
/// - z, o, n: it takes no element, one element, or an element that must not be zero.
/// - d, u: it can be dissatisfied; it leaves exactly 1 when it is satisfied.
/// - e, f: it has one dissatisfaction that others cannot change; it has none without a signature.
/// - s: each satisfaction needs a signature. m: it has satisfactions that others cannot change.
/// - x: its last opcode has no form that ends in VERIFY.
/// - g, h, i, j: it has a relative lock in seconds, a relative one in blocks, an absolute one in
///   seconds, an absolute one in blocks. k: no satisfaction needs two of different units.
class Type {
public:
    constexpr Type() = default;
    /// The properties with these letters; unknown letters do not compile in a constant.
    constexpr explicit Type(std::string_view letters) {
        for (const char letter : letters)
            bits_ |= 1u << all_letters.find(letter);
    }

    /// Has all properties of `wanted`.
    [[nodiscard]] constexpr bool has(Type wanted) const {
        return (bits_ & wanted.bits_) == wanted.bits_;
    }
    [[nodiscard]] constexpr bool is_empty() const { return bits_ == 0; }
    /// This type if `condition` is true, else no properties.
    [[nodiscard]] constexpr Type when(bool condition) const { return condition ? *this : Type(); }

    constexpr Type operator|(Type other) const { return Type(bits_ | other.bits_); }
    constexpr Type operator&(Type other) const { return Type(bits_ & other.bits_); }
    bool operator==(const Type&) const = default;

private:
    static constexpr std::string_view all_letters = "BVKWzondufesmxghijk";
    constexpr explicit Type(std::uint32_t bits) : bits_(bits) {}

    std::uint32_t bits_ = 0;
};

/// "Bdu"_type: a type by its letters.
consteval Type operator""_type(const char* letters, std::size_t count) {
    return Type(std::string_view(letters, count));
}

}  // namespace daler::miniscript
