#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace daler::networks {

/// A process that can be recognised later. The system gives a pid again when its process is gone;
/// the start time tells the two apart.
struct ProcessId {
    pid_t pid = 0;
    std::uint64_t start = 0;  ///< clock ticks since the boot, from /proc/PID/stat
    bool operator==(const ProcessId&) const = default;
};

/// The running process with this pid; nothing if there is none, or if it has ended and only waits
/// for its parent.
[[nodiscard]] std::optional<ProcessId> identify(pid_t pid);

[[nodiscard]] bool is_running(const ProcessId& process);

/// The running processes that were started with `argument` among others.
[[nodiscard]] std::vector<ProcessId> processes_with(std::string_view argument);

/// Sends `signal`. False if the process is gone.
bool send_signal(const ProcessId& process, int signal);

}  // namespace daler::networks
