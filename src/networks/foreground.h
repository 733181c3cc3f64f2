#pragma once

#include "networks/launcher.h"
#include "networks/network.h"

namespace daler::networks {

/// The process that started this one. Make the object early: it must be there still.
class Parent {
public:
    Parent();
    ~Parent();
    Parent(const Parent&) = delete;
    Parent& operator=(const Parent&) = delete;

    /// Readable when the parent has ended; -1 if there is none to watch.
    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

/// Stays until a signal ends the command or the process that started it is gone, and ends the
/// network then. Meanwhile notes in the network's file how nodes ended that this process started.
[[nodiscard]] Result<void, std::string> stay(const std::filesystem::path& folder,
                                             Interrupts& interrupts, const Parent& parent);

/// How a process ended, from its wait status: "killed by signal 9 (Killed)"; empty after an orderly
/// end.
[[nodiscard]] std::string end_of(int wait_status);

}  // namespace daler::networks
