#pragma once

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

    /// Waits until SIGINT, SIGTERM or `stop`; calls `on_hangup` for each SIGHUP.
    void wait(const std::function<void()>& on_hangup);

    /// Ends the current or the next `wait`. Any thread.
    void stop();

private:
    int signal_fd_;
    int stop_fd_;
};

}  // namespace daler::app
