#pragma once

#include <functional>

namespace daler::app {

/// Turns SIGINT, SIGTERM and SIGHUP into ordinary events of the main thread. Construct before the
/// first thread starts: the signals are blocked in all of them. SIGPIPE is ignored.
class Signals {
public:
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    /// Waits until SIGINT, SIGTERM or `stop`; calls `hang_up` for each SIGHUP meanwhile.
    void wait(const std::function<void()>& hang_up);

    /// Ends the present or next `wait`. Any thread.
    void stop();

private:
    int signal_fd_;
    int stop_fd_;
};

}  // namespace daler::app
