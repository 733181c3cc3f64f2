#include "util/log_sinks.h"

#include <daler/util/log.h>
#include <daler/util/published.h>

#include <fmt/chrono.h>

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>
#include <utility>

namespace daler::log {
namespace {

constexpr std::array<std::pair<std::string_view, Category>, 10> names{{
    {"net", Category::net},
    {"mempool", Category::mempool},
    {"validation", Category::validation},
    {"rpc", Category::rpc},
    {"http", Category::http},
    {"wallet", Category::wallet},
    {"chain", Category::chain},
    {"leveldb", Category::storage},
    {"bench", Category::bench},
    {"index", Category::index},
}};

// The limit for one place in the code.
constexpr std::size_t bytes_per_hour = 256 * 1024;

std::int64_t this_hour() {
    return std::chrono::duration_cast<std::chrono::hours>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// Counts what each place in the code wrote within the hour.
class Budgets {
public:
    enum class Verdict : std::uint8_t { write, write_last, drop };

    Verdict spend(const std::source_location& place, std::size_t bytes) {
        const auto hour = this_hour();
        const std::lock_guard lock(mutex_);
        Budget& budget = budgets_[{place.file_name(), place.line(), place.column()}];
        if (budget.hour != hour) budget = {hour, 0};
        if (budget.used >= bytes_per_hour) return Verdict::drop;
        budget.used += bytes;
        return budget.used >= bytes_per_hour ? Verdict::write_last : Verdict::write;
    }

private:
    struct Budget {
        std::int64_t hour = 0;
        std::size_t used = 0;
    };
    std::mutex mutex_;
    std::map<std::tuple<std::string_view, std::uint32_t, std::uint32_t>, Budget> budgets_;
};

// The process has one log; this is its only global, set up by main before the first thread starts.
struct State {
    std::atomic<std::uint32_t> debug{0};
    Published<Sinks> sinks;
    Options options;
    Budgets budgets;
};

State& state() {
    static State instance;
    return instance;
}

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7f)
            out += c;
        else
            out += fmt::format("\\x{:02x}", byte);
    }
    return out;
}

}  // namespace

Category category(std::string_view text) {
    if (text == "all" || text == "1" || text.empty()) return Category::all;
    for (const auto& [known, which] : names)
        if (known == text) return which;
    return Category::none;
}

std::string_view name(Category which) {
    for (const auto& [known, category] : names)
        if (category == which) return known;
    return "";
}

void start(const Options& options) {
    state().options = options;
    state().debug = options.debug;
    reopen();
}

void reopen() {
    state().sinks.store(std::make_shared<Sinks>(state().options));
}

void stop() {
    state().sinks.store(nullptr);
}

void enable(Category which) {
    state().debug |= static_cast<std::uint32_t>(which);
}
void disable(Category which) {
    state().debug &= ~static_cast<std::uint32_t>(which);
}
bool enabled(Category which) {
    return (state().debug & static_cast<std::uint32_t>(which)) != 0;
}

void write(std::string_view tag, std::string_view text) {
    const auto sinks = state().sinks.load();
    if (!sinks) return;
    std::string line;
    if (state().options.timestamps) {
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        line = fmt::format("{:%Y-%m-%dT%H:%M:%SZ} ", now);
    }
    if (!tag.empty()) line += fmt::format("[{}] ", tag);
    line += printable(text);
    sinks->write(std::move(line));
}

void write_limited(const std::source_location& place, std::string_view tag, std::string_view text) {
    const auto verdict = state().budgets.spend(place, text.size());
    if (verdict == Budgets::Verdict::drop) return;
    write(tag, text);
    if (verdict == Budgets::Verdict::write_last)
        write("warning", "More lines of this kind are left out for up to an hour");
}

bool RateLimit::allow() {
    const auto hour = this_hour();
    if (hour_.exchange(hour) != hour) used_ = 0;
    return used_++ < budget_;
}

}  // namespace daler::log
