#pragma once

#include <daler/util/result.h>

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace daler {

/// The parser refuses deeper nesting, because code that reads the value may be recursive.
inline constexpr std::size_t max_json_depth = 512;

/// A JSON value. Objects keep the order of their members, numbers the text they were written with,
/// so that amounts stay exact decimals. A plain value that can be copied, moved and compared; not
/// thread-safe.
class Json {
public:
    enum class Kind : std::uint8_t { null, boolean, number, string, array, object };
    struct Member;
    using Array = std::vector<Json>;
    using Object = std::vector<Member>;

    /// null
    Json();
    Json(std::nullptr_t);
    Json(std::same_as<bool> auto value) : Json(Boolean{value}) {}
    template <std::integral T>
        requires(!std::same_as<T, bool> && !std::same_as<T, char>)
    Json(T value) : Json(Number{std::to_string(value)}) {}
    /// With 16 significant digits, as bitcoind prints it; a value that is not finite becomes null.
    Json(double value);
    Json(std::string value);
    Json(std::string_view value);
    Json(const char* value);
    Json(Array items);

    Json(const Json& other);
    Json(Json&& other) noexcept;
    Json& operator=(const Json& other);
    Json& operator=(Json&& other) noexcept;
    ~Json();

    [[nodiscard]] static Json array();
    [[nodiscard]] static Json object();
    /// A number written exactly as `text`. Requires: `text` is a JSON number.
    [[nodiscard]] static Json number_text(std::string text);

    [[nodiscard]] Kind kind() const { return static_cast<Kind>(value_.index()); }
    [[nodiscard]] bool is_null() const { return kind() == Kind::null; }
    [[nodiscard]] bool is_bool() const { return kind() == Kind::boolean; }
    [[nodiscard]] bool is_number() const { return kind() == Kind::number; }
    [[nodiscard]] bool is_string() const { return kind() == Kind::string; }
    [[nodiscard]] bool is_array() const { return kind() == Kind::array; }
    [[nodiscard]] bool is_object() const { return kind() == Kind::object; }

    /// The contents. Each requires the matching kind: check it first.
    [[nodiscard]] bool as_bool() const;
    [[nodiscard]] const std::string& as_string() const;
    [[nodiscard]] const std::string& number_text() const;
    [[nodiscard]] std::span<const Json> items() const;      ///< none if this is not an array
    [[nodiscard]] std::span<const Member> members() const;  ///< none if this is not an object

    /// The number as a T; nothing if this is not a number, has a fraction or exponent, or does not
    /// fit.
    template <std::integral T>
    [[nodiscard]] std::optional<T> as_integer() const;
    /// The number, rounded to a double; nothing if this is not a number or beyond the range of
    /// doubles.
    [[nodiscard]] std::optional<double> as_double() const;

    /// How many items or members; 0 for everything else.
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] bool empty() const { return size() == 0; }

    /// Item `index` of an array. Requires index < size().
    [[nodiscard]] const Json& operator[](std::size_t index) const { return items()[index]; }
    [[nodiscard]] Json& operator[](std::size_t index);
    /// The first member called `key`, or null if there is none or this is not an object.
    [[nodiscard]] const Json* find(std::string_view key) const;
    [[nodiscard]] Json* find(std::string_view key);

    /// Sets member `key` of an object; replaces one of that name at its position. Searches all
    /// members: use `append` to fill large objects.
    Json& set(std::string_view key, Json value);
    /// Adds a member at the end of an object without a search for one of that name.
    Json& append(std::string key, Json value);
    /// Adds an item to an array.
    Json& push(Json value);
    /// The member added last. Requires a non-empty object.
    [[nodiscard]] Json& last_member();

    /// The text. `indent` 0: on one line without spaces; else spaces per level, each member on its
    /// own line.
    [[nodiscard]] std::string write(unsigned indent = 0) const;

    bool operator==(const Json& other) const;

    /// Reads one strict JSON value (RFC 8259, UTF-8) of any kind, nested at most max_json_depth
    /// deep. The error names the byte where it was found.
    [[nodiscard]] static Result<Json, std::string> parse(std::string_view text);

private:
    struct Number {
        std::string text;
        bool operator==(const Number&) const = default;
    };

    struct Boolean {
        bool value;
    };
    explicit Json(Number value);
    explicit Json(Boolean value);

    // The special member functions are defined where Member is complete.
    std::variant<std::monostate, bool, Number, std::string, Array, Object> value_;
};

struct Json::Member {
    std::string key;
    Json value;
    bool operator==(const Member&) const = default;
};

inline Json::Json(const Json& other) = default;
inline Json::Json(Json&& other) noexcept = default;
inline Json& Json::operator=(const Json& other) = default;
inline Json& Json::operator=(Json&& other) noexcept = default;
inline Json::~Json() = default;

extern template std::optional<int> Json::as_integer() const;
extern template std::optional<unsigned> Json::as_integer() const;
extern template std::optional<long> Json::as_integer() const;
extern template std::optional<unsigned long> Json::as_integer() const;
extern template std::optional<long long> Json::as_integer() const;
extern template std::optional<unsigned long long> Json::as_integer() const;
extern template std::optional<std::uint8_t> Json::as_integer() const;
extern template std::optional<std::uint16_t> Json::as_integer() const;

}  // namespace daler
