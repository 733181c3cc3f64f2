#pragma once

#include <daler/encoding/json.h>
#include <daler/primitives/amount.h>
#include <daler/primitives/u256.h>

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace daler::config {

/// Reads the fields of a flat JSON object one by one. Each read has a default and a check. The
/// first error is kept, and later fields are still read; a wrong field has its default. The fields
/// that were read are the known ones: `finish` reports others.
class ChainFields {
public:
    /// `object` must outlive this.
    explicit ChainFields(const Json& object) : object_(object) {}

    [[nodiscard]] std::int64_t integer(std::string_view field, std::int64_t fallback,
                                       std::int64_t min, std::int64_t max);
    /// 0.00000000 to `max` bitcoins.
    [[nodiscard]] Amount amount(std::string_view field, Amount fallback, Amount max);
    /// `allowed` describes the values for which `accepts` returns true.
    [[nodiscard]] std::string text(std::string_view field, std::string fallback,
                                   std::string_view allowed, bool (*accepts)(std::string_view));
    /// One of `words`.
    [[nodiscard]] std::string choice(std::string_view field, std::string_view fallback,
                                     std::span<const std::string_view> words);
    /// Exactly `size` bytes as hex digits.
    [[nodiscard]] Bytes hex(std::string_view field, ByteSpan fallback);
    /// The same without a default.
    [[nodiscard]] std::optional<Bytes> hex_if_given(std::string_view field, std::size_t size);
    /// Up to `max` bytes as hex digits; none by default.
    [[nodiscard]] Bytes bytes(std::string_view field, std::size_t max);
    /// 1 to 64 hex digits that spell a number from `min` to `max`.
    [[nodiscard]] U256 number(std::string_view field, const U256& fallback, const U256& min,
                              const U256& max);

    /// Keeps the error that the value of `field` is wrong, if it is the first one.
    void refuse(std::string_view field, std::string_view allowed);
    /// The error, if there is one: an unknown or repeated field, or a wrong value.
    [[nodiscard]] std::optional<std::string> finish();

private:
    [[nodiscard]] const Json* find(std::string_view field);

    const Json& object_;
    std::vector<std::string_view> known_;
    std::optional<std::string> wrong_;
};

}  // namespace daler::config
