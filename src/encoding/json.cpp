#include <daler/encoding/json.h>
#include <daler/encoding/json_writer.h>

#include <daler/util/ensure.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace daler {
namespace {

template <class T, class Variant>
auto& take(Variant& value) {
    auto* held = std::get_if<T>(&value);
    ensure(held != nullptr);
    return *held;
}

}  // namespace

Json::Json() = default;
Json::Json(std::nullptr_t) {}
Json::Json(Boolean value) : value_(value.value) {}
Json::Json(Number value) : value_(std::move(value)) {}
Json::Json(std::string value) : value_(std::move(value)) {}
Json::Json(std::string_view value) : value_(std::string(value)) {}
Json::Json(const char* value) : value_(std::string(value)) {}
Json::Json(Array items) : value_(std::move(items)) {}

Json::Json(double value) {
    if (std::isfinite(value)) value_ = Number{fmt::format("{:.16g}", value)};
}

Json Json::array() {
    return Json(Array{});
}

Json Json::object() {
    Json out;
    out.value_ = Object{};
    return out;
}

Json Json::number_text(std::string text) {
    Json out;
    out.value_ = Number{std::move(text)};
    return out;
}

bool Json::as_bool() const {
    return take<bool>(value_);
}
const std::string& Json::as_string() const {
    return take<std::string>(value_);
}
const std::string& Json::number_text() const {
    return take<Number>(value_).text;
}
std::span<const Json> Json::items() const {
    if (const auto* array = std::get_if<Array>(&value_)) return *array;
    return {};
}
std::span<const Json::Member> Json::members() const {
    if (const auto* object = std::get_if<Object>(&value_)) return *object;
    return {};
}

template <std::integral T>
std::optional<T> Json::as_integer() const {
    if (!is_number()) return std::nullopt;
    const std::string& text = number_text();
    const char* const end = text.data() + text.size();
    T out{};
    const auto [stopped, error] = std::from_chars(text.data(), end, out);
    if (error != std::errc{} || stopped != end) return std::nullopt;
    return out;
}

template std::optional<int> Json::as_integer() const;
template std::optional<unsigned> Json::as_integer() const;
template std::optional<long> Json::as_integer() const;
template std::optional<unsigned long> Json::as_integer() const;
template std::optional<long long> Json::as_integer() const;
template std::optional<unsigned long long> Json::as_integer() const;
template std::optional<std::uint8_t> Json::as_integer() const;
template std::optional<std::uint16_t> Json::as_integer() const;

std::optional<double> Json::as_double() const {
    if (!is_number()) return std::nullopt;
    const std::string& text = number_text();
    const char* const end = text.data() + text.size();
    double out = 0;
    const auto [stopped, error] = std::from_chars(text.data(), end, out);
    if (error != std::errc{} || stopped != end) return std::nullopt;
    return out;
}

std::size_t Json::size() const {
    if (is_array()) return items().size();
    if (is_object()) return members().size();
    return 0;
}

Json& Json::operator[](std::size_t index) {
    return take<Array>(value_)[index];
}

const Json* Json::find(std::string_view key) const {
    if (!is_object()) return nullptr;
    const auto found = std::ranges::find(members(), key, &Member::key);
    return found == members().end() ? nullptr : &found->value;
}

Json* Json::find(std::string_view key) {
    if (!is_object()) return nullptr;
    auto& all = take<Object>(value_);
    const auto found = std::ranges::find(all, key, &Member::key);
    return found == all.end() ? nullptr : &found->value;
}

Json& Json::set(std::string_view key, Json value) {
    if (Json* present = find(key)) {
        *present = std::move(value);
        return *this;
    }
    return append(std::string(key), std::move(value));
}

Json& Json::append(std::string key, Json value) {
    take<Object>(value_).push_back({std::move(key), std::move(value)});
    return *this;
}

Json& Json::push(Json value) {
    take<Array>(value_).push_back(std::move(value));
    return *this;
}

Json& Json::last_member() {
    auto& all = take<Object>(value_);
    ensure(!all.empty());
    return all.back().value;
}

std::string Json::write(unsigned indent) const {
    std::string out;
    JsonWriter(out, indent).value(*this);
    return out;
}

bool Json::operator==(const Json& other) const {
    return value_ == other.value_;
}

}  // namespace daler
