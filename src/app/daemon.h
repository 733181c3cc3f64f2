#pragma once

#include <string>

namespace daler::app {

/// Splits the process in two. Call before the first thread starts and before anything is open.
class Daemon {
public:
    /// In the parent: says that the node starts, waits until the child is up or has failed, and
    /// leaves the process. In the child: detaches from the terminal and returns.
    static Daemon fork_off();

    /// A daemon that is none: for running in the foreground.
    Daemon() = default;
    Daemon(Daemon&& other) noexcept;
    Daemon& operator=(Daemon&&) = delete;
    ~Daemon();

    /// In the child: start has succeeded; lets the waiting parent leave with 0 and closes the
    /// standard streams.
    void ready();
    /// In the child: start has failed; the waiting parent prints `message` and leaves with 1.
    void failed(const std::string& message);

private:
    explicit Daemon(int pipe) : pipe_(pipe) {}
    int pipe_ = -1;
};

}  // namespace daler::app
