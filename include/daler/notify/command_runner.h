#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace daler::notify {

/// Runs commands by "/bin/sh -c" on a thread of its own, which starts when the first one comes.
/// They start in order and run beside each other. A command gets our standard streams and
/// environment, and none of our other files and sockets. One that fails is logged. Any thread.
class CommandRunner {
public:
    /// At most so many run at a time; further ones wait.
    static constexpr std::size_t max_running = 32;
    /// At most so many wait; further ones are dropped, and the log says so.
    static constexpr std::size_t max_waiting = 10'000;

    CommandRunner();
    /// Commands that run go on without us. Those that still wait for a place are dropped.
    ~CommandRunner();
    CommandRunner(const CommandRunner&) = delete;
    CommandRunner& operator=(const CommandRunner&) = delete;

    /// Runs `command` soon. Returns at once.
    void run(std::string command);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Runs the commands beside each other, and returns when all have ended.
void run_and_wait(std::span<const std::string> commands);

}  // namespace daler::notify
