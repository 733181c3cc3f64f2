#pragma once

#include <cstdint>
#include <functional>

namespace daler::app {

/// Receives SIGINT, SIGTERM and SIGHUP in the thread that calls `wait`. Construct before the first
/// thread starts: then the signals are blocked in all threads. SIGPIPE is ignored.
class Signals {
public:
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    enum class End : std::uint8_t { signal, process, stop };

    /// Waits until SIGINT, SIGTERM, `stop`, or until `process` becomes readable (see
    /// ProcessWatch::descriptor); calls `on_hangup` for each SIGHUP. Says what came.
    End wait(const std::function<void()>& on_hangup, int process);

    /// Ends the current or the next `wait`. Any thread.
    void stop();

private:
    int signal_fd_;
    int stop_fd_;
};

}  // namespace daler::app
