#pragma once

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>

namespace daler::log {

/// The subject of a debug line; switched on by `-debug=NAME` (names as bitcoind's).
enum class Category : std::uint32_t {
    none = 0,
    net = 1u << 0,
    mempool = 1u << 1,
    validation = 1u << 2,
    rpc = 1u << 3,
    http = 1u << 4,
    wallet = 1u << 5,
    chain = 1u << 6,
    storage = 1u << 7,
    bench = 1u << 8,
    index = 1u << 9,
    all = ~0u,
};

/// The category called `name`, or Category::none. "all" and "1" mean all; bitcoind's names without
/// a counterpart here give none.
[[nodiscard]] Category category(std::string_view name);

/// The standard stream that also gets the lines.
enum class Console : std::uint8_t { none, standard_output, standard_error };

/// Where log lines go. `file` empty: no file. Throws std::runtime_error if the file cannot be
/// opened.
struct Options {
    std::string file;
    /// Bytes of the file and an older one together; the older lines of FILE.log are in FILE.1.log.
    /// 0: no limit.
    std::uint64_t max_file_size = 0;
    Console console = Console::standard_output;
    std::uint32_t debug = 0;  ///< categories whose debug lines are wanted
    bool timestamps = true;
};

void start(const Options& options);
/// Closes and opens the file again (log rotation, SIGHUP). Safe from any thread.
void reopen();
/// Writes everything out; later lines are dropped.
void stop();

void enable(Category which);
void disable(Category which);
[[nodiscard]] bool enabled(Category which);

/// Writes one line. Control characters in `text` are escaped, so peers cannot forge lines.
void write(std::string_view tag, std::string_view text);

/// The same for lines that do not depend on -debug. Each place in the code may write 256 KiB of
/// them an hour; the rest is dropped, and one line says so. Peers and RPC clients cause many of
/// these lines, and must not fill the disk with them.
void write_limited(const std::source_location& place, std::string_view tag, std::string_view text);

/// The text of a line, and the place in the code that writes it.
template <class... Args>
struct Line {
    template <class Text>
    consteval Line(const Text& the_text,
                   std::source_location the_place = std::source_location::current())
        : text(the_text), place(the_place) {}

    fmt::format_string<Args...> text;
    std::source_location place;
};

/// A line that is always logged.
template <class... Args>
void info(Line<std::type_identity_t<Args>...> line, Args&&... args) {
    write_limited(line.place, "", fmt::format(line.text, std::forward<Args>(args)...));
}

/// A problem that the user should look at.
template <class... Args>
void warning(Line<std::type_identity_t<Args>...> line, Args&&... args) {
    write_limited(line.place, "warning", fmt::format(line.text, std::forward<Args>(args)...));
}

/// Something failed.
template <class... Args>
void error(Line<std::type_identity_t<Args>...> line, Args&&... args) {
    write_limited(line.place, "error", fmt::format(line.text, std::forward<Args>(args)...));
}

/// The tag of a category as it appears in the log.
[[nodiscard]] std::string_view name(Category which);

/// A line that is logged if `-debug` names its category.
template <class... Args>
void debug(Category which, fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(which)) write(name(which), fmt::format(format, std::forward<Args>(args)...));
}

/// Bounds the number of lines of one call site where 256 KiB an hour are too many, and those of
/// debug lines: `if (limit.allow()) ...`. Keep one per call site, as a member of the object that
/// logs. Thread-safe.
class RateLimit {
public:
    explicit RateLimit(std::uint32_t lines_per_hour = 1000) : budget_(lines_per_hour) {}
    [[nodiscard]] bool allow();

private:
    const std::uint32_t budget_;
    std::atomic<std::int64_t> hour_{0};
    std::atomic<std::uint32_t> used_{0};
};

}  // namespace daler::log
