#pragma once

#include <daler/rpc/method.h>

#include <optional>
#include <string>
#include <string_view>

namespace daler::rpc {

// Checks and conversions of JSON values inside arguments. They throw Error with Bitcoin Core's
// codes and texts; `name` is the name of the value in the message.

/// "null", "bool", "number", "string", "array", "object": the name of a kind of value in messages.
[[nodiscard]] std::string_view type_name(Json::Kind kind);

/// Throws -3 "JSON value of type X is not of expected type Y" unless `value` is of that kind.
void expect(const Json& value, Json::Kind kind);

/// -3 for anything but a number; -1 "JSON integer out of range" unless it is a 64-bit integer.
[[nodiscard]] std::int64_t to_integer(const Json& value);
/// The same for 32 bits.
[[nodiscard]] std::int32_t to_int32(const Json& value);
[[nodiscard]] double to_number(const Json& value);
[[nodiscard]] bool to_bool(const Json& value);
[[nodiscard]] const std::string& to_text(const Json& value);

/// Bitcoins as number or string: -3 "Amount is not a number or string", "Invalid amount", "Amount
/// out of range" (0 to 21 million).
[[nodiscard]] Amount to_amount(const Json& value);
/// JSON of an amount: a number with eight decimals.
[[nodiscard]] Json from_amount(Amount amount);
/// A fee rate in BTC/kvB as JSON.
[[nodiscard]] Json from_rate(FeeRate rate);

/// 64 hex digits in displayed order, or -8 `NAME must be of length 64 (not N, for 'X')`, `NAME must
/// be hexadecimal string (not 'X')`.
[[nodiscard]] crypto::Digest256 to_hash(const Json& value, std::string_view name);
/// Hex of any even length, or -8 `NAME must be hexadecimal string (not 'X')`.
[[nodiscard]] Bytes to_bytes(const Json& value, std::string_view name);

/// A range of derivation indices, both ends included; in JSON the last index or [first, last]. -8
/// if it is malformed, descending, or longer than a million.
struct IndexRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
};
[[nodiscard]] IndexRange to_index_range(const Json& value);

/// `text` with its ASCII letters in lower case: for words that are accepted in upper and lower
/// case.
[[nodiscard]] std::string lower_case(std::string_view text);

/// A member of an object; a null pointer if it is missing or null.
[[nodiscard]] const Json* member(const Json& object, std::string_view key);

/// One member that an object may have.
struct Field {
    std::string_view name;
    std::optional<Json::Kind> kind;  ///< none: any
    bool required = false;
};
/// Throws -3 "Missing NAME", "JSON value of type X for field NAME is not of expected type Y", and
/// with `strict` -3 "Unexpected key NAME". Null is the same as missing.
void check_object(const Json& object, std::span<const Field> fields, bool strict);
/// The same, strict, for declared fields. Call::options does this for options.
void check_fields(const Json& object, std::initializer_list<Argument> declared);

}  // namespace daler::rpc
