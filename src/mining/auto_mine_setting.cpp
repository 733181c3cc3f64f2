#include "auto_mine_setting.h"

#include <daler/encoding/json.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <vector>

namespace daler::mining {
namespace {

constexpr std::string_view poisson_word = "poisson:";
constexpr std::int64_t longest_interval = std::int64_t{7} * 24 * 60 * 60;

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    constexpr std::array<std::pair<char, std::int64_t>, 3> units{
        {{'s', 1}, {'m', 60}, {'h', 3600}}};
    for (const auto& [letter, seconds] : units) {
        if (!text.ends_with(letter)) continue;
        text.remove_suffix(1);
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
        if (number < 1 || number > longest_interval / seconds) return std::nullopt;
        return std::chrono::seconds{number * seconds};
    }
    return std::nullopt;
}

/// Reads one word into `events`. False if it is none, or is there already.
bool read_word(std::string_view word, AutoMineEvents& events) {
    if (word == "tx") return !std::exchange(events.on_transaction, true);
    if (word == "cpu") return !std::exchange(events.with_cpu, true);
    const bool is_random = word.starts_with(poisson_word);
    const auto duration = parse_duration(is_random ? word.substr(poisson_word.size()) : word);
    auto& place = is_random ? events.poisson_mean : events.interval;
    if (!duration || place) return false;
    place = duration;
    return true;
}

}  // namespace

Result<AutoMineEvents, std::string> AutoMineEvents::parse(std::string_view text) {
    AutoMineEvents events;
    if (text == "off") return events;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find(',', at), text.size());
        const auto word = text.substr(at, end - at);
        if (!read_word(word, events)) {
            return fail(
                fmt::format("\"{}\" does not say when to mine. Use off, or one or several "
                            "of tx, 10s, poisson:60s and cpu, separated by commas, each "
                            "once. Times have a unit (s, m, h) and are at most a week.",
                            text));
        }
        at = end + 1;
    }
    return events;
}

std::string AutoMineEvents::to_text() const {
    std::vector<std::string> words;
    if (on_transaction) words.emplace_back("tx");
    if (interval) words.push_back(fmt::format("{}s", interval->count()));
    if (poisson_mean) words.push_back(fmt::format("{}{}s", poisson_word, poisson_mean->count()));
    if (with_cpu) words.emplace_back("cpu");
    return words.empty() ? "off" : fmt::format("{}", fmt::join(words, ","));
}

Bytes encode_setting(const AutoMineSetting& setting) {
    Json out = Json::object();
    out.append("when", setting.when.to_text());
    out.append("address", setting.address);
    out.append("threads", setting.threads);
    const auto text = out.write() + "\n";
    return {text.begin(), text.end()};
}

std::optional<AutoMineSetting> decode_setting(ByteSpan bytes) {
    const auto json = Json::parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!json || !json->is_object()) return std::nullopt;
    const auto* when = json->find("when");
    const auto* address = json->find("address");
    const auto* threads = json->find("threads");
    if (!when || !when->is_string() || !address || !address->is_string() || !threads)
        return std::nullopt;
    const auto events = AutoMineEvents::parse(when->as_string());
    const auto count = threads->as_integer<int>();
    if (!events || !count || *count < 1 || *count > AutoMiner::max_threads) return std::nullopt;
    return AutoMineSetting{*events, address->as_string(), *count};
}

}  // namespace daler::mining
