#include "util/log_sinks.h"

#include <daler/util/log.h>
#include <daler/util/published.h>
#include <daler/util/thread_name.h>

#include <fmt/chrono.h>

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>

namespace daler::log {
namespace {

// Bit i of a set of categories is that of name i.
constexpr std::array<std::string_view, 28> names{
    "addrman",     "bench",       "blockstorage", "cmpctblock", "coindb",
    "estimatefee", "http",        "i2p",          "ipc",        "leveldb",
    "libevent",    "mempool",     "mempoolrej",   "net",        "proxy",
    "prune",       "qt",          "rand",         "reindex",    "rpc",
    "scan",        "selectcoins", "tor",          "txpackages", "txreconciliation",
    "validation",  "walletdb",    "zmq"};
static_assert(Category::zmq == Category{1u << (names.size() - 1)});

constexpr std::array<std::string_view, 5> level_names{"trace", "debug", "info", "warning", "error"};

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

std::string_view name(Category which) {
    if (which == Category::none || which == Category::all) return "all";
    return names.at(static_cast<std::size_t>(std::countr_zero(static_cast<std::uint32_t>(which))));
}

/// "[net] ", "[net:trace] ", "[warning] ": as Bitcoin Core writes them. A category implies the
/// level debug, and no category the level info.
std::string tag(Category which, Level level, bool always) {
    const bool has_category = always || which != Category::none;
    if (!has_category && level == Level::info) return {};
    std::string out = "[";
    if (has_category) out += name(which);
    if (always || !has_category || level != Level::debug) {
        if (has_category) out += ':';
        out += level_names.at(static_cast<std::size_t>(level));
    }
    return out + "] ";
}

/// The name in what a compiler calls a function: its type, scope, name and parameters.
std::string_view short_name(std::string_view function) {
    constexpr std::string_view unnamed = "(anonymous namespace)::";  // clang's word
    if (const auto at = function.find(unnamed); at != std::string_view::npos)
        function.remove_prefix(at + unnamed.size());
    function = function.substr(0, function.find('('));
    const auto end_of_scope = function.find_last_of(": ");
    return function.substr(end_of_scope == std::string_view::npos ? 0 : end_of_scope + 1);
}

std::string source(const std::source_location& place) {
    std::string_view file = place.file_name();
    // Below the folder of the source code, wherever that is.
    for (const std::string_view folder : {"/src/", "/include/"})
        if (const auto at = file.rfind(folder); at != std::string_view::npos)
            file = file.substr(at + folder.size());
    return fmt::format("[{}:{}] [{}] ", file, place.line(), short_name(place.function_name()));
}

std::string timestamp(bool with_microseconds) {
    using namespace std::chrono;
    const auto now = system_clock::now();
    if (!with_microseconds) return fmt::format("{:%Y-%m-%dT%H:%M:%SZ} ", floor<seconds>(now));
    const auto part = duration_cast<microseconds>(now.time_since_epoch()) % seconds{1};
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z ", floor<seconds>(now), part.count());
}

}  // namespace

std::optional<Category> category(std::string_view text) {
    if (text == "all" || text == "1" || text.empty()) return Category::all;
    const auto* found = std::ranges::find(names, text);
    if (found == names.end()) return std::nullopt;
    return Category{1u << (found - names.begin())};
}

std::span<const std::string_view> category_names() {
    return names;
}

std::optional<Level> level(std::string_view text) {
    for (const auto settable : {Level::trace, Level::debug, Level::info})
        if (level_names.at(static_cast<std::size_t>(settable)) == text) return settable;
    return std::nullopt;
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

bool enabled(Category which, Level level) {
    if (!enabled(which)) return false;
    const auto& options = state().options;
    const auto own = options.levels.find(which);
    return level >= (own == options.levels.end() ? options.level : own->second);
}

void write(const std::source_location& place, Category which, Level level, std::string_view text) {
    const auto sinks = state().sinks.load();
    if (!sinks) return;
    const auto& options = state().options;
    std::string line;
    if (options.timestamps) line = timestamp(options.microseconds);
    if (options.thread_names) line += fmt::format("[{}] ", thread_name());
    if (options.source_locations) line += source(place);
    line += tag(which, level, options.always_level);
    line += printable(text);
    sinks->write(std::move(line));
}

void write_limited(const std::source_location& place, Level level, std::string_view text) {
    const auto verdict = state().budgets.spend(place, text.size());
    if (verdict == Budgets::Verdict::drop) return;
    write(place, Category::none, level, text);
    if (verdict == Budgets::Verdict::write_last)
        write(place, Category::none, Level::warning,
              "More lines of this kind are left out for up to an hour");
}

bool RateLimit::allow() {
    const auto hour = this_hour();
    if (hour_.exchange(hour) != hour) used_ = 0;
    return used_++ < budget_;
}

}  // namespace daler::log
