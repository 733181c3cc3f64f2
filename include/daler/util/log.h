#pragma once

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace daler::log {

/// The subject of a line; those of `-debug=NAME` are wanted. Names and order are Bitcoin Core's;
/// some of them have no lines here.
enum class Category : std::uint32_t {
    none = 0,
    addrman = 1u << 0,
    bench = 1u << 1,
    blockstorage = 1u << 2,
    cmpctblock = 1u << 3,
    coindb = 1u << 4,
    estimatefee = 1u << 5,
    http = 1u << 6,
    i2p = 1u << 7,
    ipc = 1u << 8,
    leveldb = 1u << 9,
    libevent = 1u << 10,
    mempool = 1u << 11,
    mempoolrej = 1u << 12,
    net = 1u << 13,
    proxy = 1u << 14,
    prune = 1u << 15,
    qt = 1u << 16,
    rand = 1u << 17,
    reindex = 1u << 18,
    rpc = 1u << 19,
    scan = 1u << 20,
    selectcoins = 1u << 21,
    tor = 1u << 22,
    txpackages = 1u << 23,
    txreconciliation = 1u << 24,
    validation = 1u << 25,
    walletdb = 1u << 26,
    zmq = 1u << 27,
    all = ~0u,
};

/// The category called `name`; nothing if there is none. "all", "1" and "" mean all.
[[nodiscard]] std::optional<Category> category(std::string_view name);
/// All names but those that mean all, sorted.
[[nodiscard]] std::span<const std::string_view> category_names();

/// How much a line matters. Lines of `info` and above are always written.
enum class Level : std::uint8_t { trace, debug, info, warning, error };
/// The level called `name`, of those that users may set: trace, debug and info.
[[nodiscard]] std::optional<Level> level(std::string_view name);

/// The standard stream that also gets the lines.
enum class Console : std::uint8_t { none, standard_output, standard_error };

/// Where log lines go, which, and what is in them. `file` empty: no file.
struct Options {
    std::string file;
    /// Bytes of the file and an older one together; the older lines of FILE.log are in FILE.1.log.
    /// 0: no limit.
    std::uint64_t max_file_size = 0;
    Console console = Console::standard_output;
    std::uint32_t debug = 0;  ///< categories whose lines below Level::info are wanted
    /// Of these, lines below this level are left out.
    Level level = Level::debug;
    std::map<Category, Level> levels{};  ///< the same for single categories, which comes first
    bool timestamps = true;
    bool microseconds = false;      ///< in the timestamps
    bool thread_names = false;      ///< each line has the name of its thread (thread_name.h)
    bool source_locations = false;  ///< each line has file, line and function that wrote it
    bool always_level = false;      ///< each line has its category and level
};

/// Throws std::runtime_error if the file cannot be opened.
void start(const Options& options);
/// Closes and opens the file again (log rotation, SIGHUP). Safe from any thread.
void reopen();
/// Writes everything out; later lines are dropped.
void stop();

void enable(Category which);
void disable(Category which);
/// Whether `-debug` or the RPC `logging` names the category.
[[nodiscard]] bool enabled(Category which);
/// Whether lines of this category and level are written.
[[nodiscard]] bool enabled(Category which, Level level);

/// Writes one line. Control characters in `text` are escaped, so peers cannot forge lines.
void write(const std::source_location& place, Category which, Level level, std::string_view text);

/// The same for lines that do not depend on -debug. Each place in the code may write 256 KiB of
/// them an hour; the rest is dropped, and one line says so. Peers and RPC clients cause many of
/// these lines, and must not fill the disk with them.
void write_limited(const std::source_location& place, Level level, std::string_view text);

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
    write_limited(line.place, Level::info, fmt::format(line.text, std::forward<Args>(args)...));
}

/// The same without a limit, where something else limits the lines: for each connected block one.
template <class... Args>
void unlimited_info(Line<std::type_identity_t<Args>...> line, Args&&... args) {
    write(line.place, Category::none, Level::info,
          fmt::format(line.text, std::forward<Args>(args)...));
}

/// A problem that the user should look at.
template <class... Args>
void warning(Line<std::type_identity_t<Args>...> line, Args&&... args) {
    write_limited(line.place, Level::warning, fmt::format(line.text, std::forward<Args>(args)...));
}

/// Something failed.
template <class... Args>
void error(Line<std::type_identity_t<Args>...> line, Args&&... args) {
    write_limited(line.place, Level::error, fmt::format(line.text, std::forward<Args>(args)...));
}

/// A line that is logged if `-debug` names its category.
template <class... Args>
void debug(Category which, Line<std::type_identity_t<Args>...> line, Args&&... args) {
    if (enabled(which, Level::debug))
        write(line.place, which, Level::debug, fmt::format(line.text, std::forward<Args>(args)...));
}

/// A line that is logged if `-loglevel=trace` is given, too.
template <class... Args>
void trace(Category which, Line<std::type_identity_t<Args>...> line, Args&&... args) {
    if (enabled(which, Level::trace))
        write(line.place, which, Level::trace, fmt::format(line.text, std::forward<Args>(args)...));
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
