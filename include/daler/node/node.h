#pragma once

#include <daler/config/settings.h>
#include <daler/util/result.h>

#include <functional>
#include <memory>
#include <string>

namespace daler::node {

/// A whole node: builds every object, wires them, starts them in order and ends them in reverse.
/// One per process and data folder. Main thread only, where a member does not say otherwise.
class Node {
public:
    /// `request_stop` is called, from any thread, when the node wants to end (the RPC `stop`, a
    /// failing disk).
    Node(const config::Settings& settings, std::function<void()> request_stop);
    ~Node();  ///< stops
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    /// Brings everything up and returns when RPC answers; imports go on behind. The error is one
    /// line for the user; then the object is only fit to be destroyed.
    [[nodiscard]] Result<void, std::string> start();

    /// Makes a start under way, and long work, end early. Any thread.
    void interrupt();

    /// False if the disk failed while the node was running.
    [[nodiscard]] bool healthy() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace daler::node
