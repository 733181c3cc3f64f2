#include <daler/encoding/hex.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

#include <algorithm>

namespace daler::rpc {
namespace {

constexpr std::int64_t max_range_size = 1'000'000;

[[noreturn]] void wrong_type(const Json& value, Json::Kind kind) {
    throw Error{code::type, fmt::format("JSON value of type {} is not of expected type {}",
                                        type_name(value.kind()), type_name(kind))};
}

[[noreturn]] void out_of_range() {
    throw Error{code::misc, "JSON integer out of range"};
}

}  // namespace

std::string_view type_name(Json::Kind kind) {
    switch (kind) {
        case Json::Kind::null:
            return "null";
        case Json::Kind::boolean:
            return "bool";
        case Json::Kind::number:
            return "number";
        case Json::Kind::string:
            return "string";
        case Json::Kind::array:
            return "array";
        case Json::Kind::object:
            return "object";
    }
    return "unknown";
}

void expect(const Json& value, Json::Kind kind) {
    if (value.kind() != kind) wrong_type(value, kind);
}

std::int64_t to_integer(const Json& value) {
    expect(value, Json::Kind::number);
    const auto number = value.as_integer<std::int64_t>();
    if (!number) out_of_range();
    return *number;
}

std::int32_t to_int32(const Json& value) {
    expect(value, Json::Kind::number);
    const auto number = value.as_integer<std::int32_t>();
    if (!number) out_of_range();
    return *number;
}

double to_number(const Json& value) {
    expect(value, Json::Kind::number);
    const auto number = value.as_double();
    if (!number) throw Error{code::misc, "JSON double out of range"};
    return *number;
}

bool to_bool(const Json& value) {
    expect(value, Json::Kind::boolean);
    return value.as_bool();
}

const std::string& to_text(const Json& value) {
    expect(value, Json::Kind::string);
    return value.as_string();
}

Amount to_amount(const Json& value) {
    if (!value.is_number() && !value.is_string())
        throw Error{code::type, "Amount is not a number or string"};
    const auto amount =
        Amount::from_text(value.is_number() ? value.number_text() : value.as_string());
    if (!amount) throw Error{code::type, "Invalid amount"};
    if (!is_money(*amount)) throw Error{code::type, "Amount out of range"};
    return *amount;
}

Json from_amount(Amount amount) {
    return Json::number_text(amount.to_text());
}

Json from_rate(FeeRate rate) {
    return from_amount(rate.per_kvb);
}

crypto::Digest256 to_hash(const Json& value, std::string_view name) {
    const std::string& text = to_text(value);
    if (text.size() != 64) {
        throw Error{
            code::invalid_parameter,
            fmt::format("{} must be of length 64 (not {}, for '{}')", name, text.size(), text)};
    }
    crypto::Digest256 bytes;
    if (!from_hex(text, bytes)) {
        throw Error{code::invalid_parameter,
                    fmt::format("{} must be hexadecimal string (not '{}')", name, text)};
    }
    std::ranges::reverse(bytes);
    return bytes;
}

Bytes to_bytes(const Json& value, std::string_view name) {
    const std::string& text = to_text(value);
    auto bytes = text.empty() ? std::nullopt : from_hex(text);
    if (!bytes) {
        throw Error{code::invalid_parameter,
                    fmt::format("{} must be hexadecimal string (not '{}')", name, text)};
    }
    return std::move(*bytes);
}

IndexRange to_index_range(const Json& value) {
    const auto refuse = [](const char* reason) { throw Error{code::invalid_parameter, reason}; };
    std::int64_t first = 0;
    std::int64_t last = 0;
    if (value.is_number()) {
        last = to_integer(value);
    } else if (value.is_array() && value.size() == 2 && value[0].is_number() &&
               value[1].is_number()) {
        first = to_integer(value[0]);
        last = to_integer(value[1]);
        if (first > last) refuse("Range specified as [begin,end] must not have begin after end");
    } else {
        refuse("Range must be specified as end or as [begin,end]");
    }
    if (first < 0) refuse("Range should be greater or equal than 0");
    if (last >> 31 != 0) refuse("End of range is too high");
    if (last >= first + max_range_size) refuse("Range is too large");
    return {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last)};
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

const Json* member(const Json& object, std::string_view key) {
    const Json* found = object.find(key);
    return found && !found->is_null() ? found : nullptr;
}

void check_object(const Json& object, std::span<const Field> fields, bool strict) {
    expect(object, Json::Kind::object);
    for (const Field& field : fields) {
        const Json* value = member(object, field.name);
        if (!value && field.required)
            throw Error{code::type, fmt::format("Missing {}", field.name)};
        if (!value || !field.kind || value->kind() == *field.kind) continue;
        throw Error{code::type,
                    fmt::format("JSON value of type {} for field {} is not of expected type {}",
                                type_name(value->kind()), field.name, type_name(*field.kind))};
    }
    if (!strict) return;
    for (const auto& given : object.members())
        if (std::ranges::find(fields, given.key, &Field::name) == fields.end())
            throw Error{code::type, "Unexpected key " + given.key};
}

}  // namespace daler::rpc
