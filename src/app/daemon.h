#pragma once

#include <string>

namespace daler::app {

/// Splits the process in two. Call before the first thread starts and before anything is open.
class Daemon {
public:
    /// In the parent: prints that the node starts, waits until the child is ready or has failed,
    /// and exits. In the child: detaches from the terminal and returns.
    static Daemon start();

    /// An object without effect, for running in the foreground.
    Daemon() = default;
    Daemon(Daemon&& other) noexcept;
    Daemon& operator=(Daemon&&) = delete;
    ~Daemon();

    /// In the child, after a successful start: makes the waiting parent exit with 0 and closes the
    /// standard streams.
    void ready();
    /// In the child, after a failed start: makes the waiting parent print `message` and exit with
    /// 1.
    void failed(const std::string& message);

private:
    explicit Daemon(int pipe) : pipe_(pipe) {}
    int pipe_ = -1;
};

}  // namespace daler::app
