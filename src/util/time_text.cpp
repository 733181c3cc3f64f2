#include <daler/util/time_text.h>

#include <fmt/format.h>

#include <charconv>

namespace daler {
namespace {

// An ISO 8601 time: each 0 stands for a digit.
constexpr std::string_view iso_form = "0000-00-00T00:00:00Z";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool has_iso_form(std::string_view text) {
    if (text.size() != iso_form.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (iso_form[i] == '0' ? !is_digit(text[i]) : text[i] != iso_form[i]) return false;
    return true;
}

/// The number that `text` is from beginning to end.
std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t out = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, out);
    if (error != std::errc{} || rest != end) return std::nullopt;
    return out;
}

std::optional<BlockTime> parse_iso(std::string_view text) {
    const auto part = [text](std::size_t first, std::size_t size) {
        return static_cast<int>(*number(text.substr(first, size)));
    };
    const std::chrono::year_month_day date{std::chrono::year{part(0, 4)},
                                           std::chrono::month{static_cast<unsigned>(part(5, 2))},
                                           std::chrono::day{static_cast<unsigned>(part(8, 2))}};
    const int hours = part(11, 2), minutes = part(14, 2), seconds = part(17, 2);
    if (!date.ok() || hours > 23 || minutes > 59 || seconds > 59) return std::nullopt;
    return std::chrono::sys_days{date} + std::chrono::hours{hours} + std::chrono::minutes{minutes} +
           std::chrono::seconds{seconds};
}

}  // namespace

std::optional<BlockTime> parse_time(std::string_view text) {
    std::optional<BlockTime> out;
    if (has_iso_form(text))
        out = parse_iso(text);
    else if (const auto seconds = number(text))
        out = from_unix(*seconds);
    if (!out || *out <= BlockTime{} || *out > latest_block_time) return std::nullopt;
    return out;
}

std::string time_text(BlockTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace daler
