#pragma once

#include <daler/util/log.h>

#include <mutex>
#include <string>
#include <string_view>

namespace daler::log {

/// The places to which lines go: a standard stream, a file, both or none. Thread-safe.
class Sinks {
public:
    /// Opens the file, and creates the folder for it. Throws std::runtime_error whose last part,
    /// after ": ", is the system's reason.
    explicit Sinks(const Options& options);
    ~Sinks();
    Sinks(const Sinks&) = delete;
    Sinks& operator=(const Sinks&) = delete;

    /// Writes `line` and a line feed. Errors are ignored: there is no place to report them.
    void write(std::string line);

private:
    void open_file(int more_flags);
    void make_room(std::size_t bytes);

    const Options options_;
    std::mutex mutex_;  ///< guards the file
    int console_ = -1;
    int file_ = -1;
    std::uint64_t file_size_ = 0;
};

}  // namespace daler::log
