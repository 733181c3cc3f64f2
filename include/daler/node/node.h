#pragma once

#include <daler/config/settings.h>
#include <daler/encoding/json.h>
#include <daler/util/result.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace daler::node {

/// The file of the log; empty if there is none.
[[nodiscard]] std::filesystem::path log_file(const config::Settings& settings);

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

    /// After `start`: what a program must know to use the node. An object with version, pid, chain,
    /// p2p (an address, or null if it does not listen), rpc (a URL, or null), user, password,
    /// height and tip.
    [[nodiscard]] Json ready_report() const;

    /// False if the disk failed while the node was running.
    [[nodiscard]] bool healthy() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace daler::node
