#pragma once

#include <daler/config/settings.h>
#include <daler/util/result.h>

#include <functional>
#include <memory>
#include <string>

namespace daler::node {

/// A node: creates the objects, connects them, starts them in order and stops them in reverse
/// order. One per process and data folder. Main thread only, unless a member says otherwise.
class Node {
public:
    /// `request_stop` is called, from any thread, when the node must end (the RPC `stop`, a failing
    /// disk).
    Node(const config::Settings& settings, std::function<void()> request_stop);
    ~Node();  ///< stops
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    /// Starts the node and returns when it answers RPC; imports continue on another thread. The
    /// error is one line for the user; after an error the object may only be destroyed.
    [[nodiscard]] Result<void, std::string> start();

    /// Makes a running `start`, and long work, end early. Any thread.
    void interrupt();

    /// False if the disk failed while the node was running.
    [[nodiscard]] bool healthy() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace daler::node
