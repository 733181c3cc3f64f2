#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

// How arguments and results of methods are declared. Declarations are tables of constants in static
// storage: copies of them share the lists that they contain. Declare them as `const` at namespace
// scope; gcc 12 cannot evaluate nested lists in a `constexpr`.

namespace daler::rpc {

/// The kind of a JSON value and what is in it.
enum class Type : std::uint8_t {
    string,
    hex,      ///< a string of hex digits, two for each byte
    integer,  ///< a number without fraction and exponent
    number,
    amount,  ///< a number with eight decimals, in BTC without a unit; an argument: also a string
    time,    ///< Unix time in seconds
    boolean,
    object,   ///< has the declared fields and no others
    map,      ///< an object with any keys; all its values are as the one declared field
    array,    ///< all items are as the one declared field; of arguments, as one of the fields
    objects,  ///< an array of objects that have the declared fields and no others
    tuple,    ///< an array with one item for each declared field
    null,
    any,  ///< not checked; an argument with named fields may be an object of them, as options
    /// Only of arguments: an object whose fields may be given as named arguments, too.
    options,
    /// Only of results: as one of the fields, whose names tell when.
    one_of,
    /// Only of results: stands for all its fields, as members of the object around it. Help shows
    /// its help text in place of them, if it has one.
    same_fields,
};

/// A type, and the unit of its numbers.
struct ValueType {
    Type type;
    std::string_view unit;
    bool is_secret = false;  ///< see `secret`

    constexpr ValueType(Type value_type, std::string_view value_unit = {})
        : type(value_type), unit(value_unit) {}
    constexpr operator Type() const { return type; }
};

/// The same for a value that is or may have a passphrase, a private key or a seed. A call of a
/// method that declares one leaves no copies of it in memory.
[[nodiscard]] constexpr ValueType secret(ValueType value) {
    value.is_secret = true;
    return value;
}

/// Numbers with units.
namespace units {
inline constexpr ValueType bytes{Type::integer, "bytes"};
inline constexpr ValueType vbytes{Type::integer, "vbytes"};
inline constexpr ValueType weight{Type::integer, "weight units"};
inline constexpr ValueType satoshis{Type::integer, "satoshis"};
inline constexpr ValueType satoshis_per_vbyte{Type::integer, "satoshis/vbyte"};
inline constexpr ValueType seconds{Type::integer, "seconds"};
inline constexpr ValueType fraction_of_seconds{Type::number, "seconds"};
inline constexpr ValueType milliseconds{Type::integer, "milliseconds"};
inline constexpr ValueType btc_per_kvb{Type::amount, "BTC/kvB"};
inline constexpr ValueType sat_per_vb{Type::amount, "sat/vB"};
}  // namespace units

/// One argument of a method, or a value inside of one. `names` may have aliases after '|'.
/// `fallback` is the default that help shows: empty for a required argument, "null" for an optional
/// one without a default; JSON, or a text that explains it.
struct Argument {
    std::string_view names;
    ValueType type;
    std::string_view fallback;
    std::string_view help;
    /// What is in an object, in options or in an array.
    std::initializer_list<Argument> fields = {};
    /// What the first line of the help shows for it; empty: made from the type.
    std::string_view in_line = {};
};

/// A value in the answer of a method: the whole answer, a member of an object or an item of an
/// array. The name of a member ends with '?' if it may be missing. A whole answer and items have no
/// name; the name of an alternative (Type::one_of) tells when it is given.
struct ResultField {
    std::string_view name;
    ValueType type;
    std::string_view help = {};
    std::initializer_list<ResultField> fields = {};

    [[nodiscard]] constexpr bool is_optional() const { return name.ends_with('?'); }
    /// The name without '?'.
    [[nodiscard]] constexpr std::string_view key() const {
        return name.substr(0, name.size() - (is_optional() ? 1 : 0));
    }
};

using ResultFields = std::initializer_list<ResultField>;

/// The result of methods that return null.
inline constexpr ResultField nothing{"", Type::null};

}  // namespace daler::rpc
