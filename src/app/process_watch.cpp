#include "app/process_watch.h"

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

namespace daler::app {
namespace {

std::optional<pid_t> parse_pid(std::string_view text) {
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
    if (error != std::errc{} || end != text.data() + text.size() || pid <= 0) return std::nullopt;
    return pid;
}

}  // namespace

Result<ProcessWatch, std::string> ProcessWatch::open(const std::string& text) {
    const auto pid = text.empty() ? ::getppid() : parse_pid(text);
    if (!pid) return fail(fmt::format("-withparent={}: a process id is expected", text));
    // A system call, because the header of glibc 2.36 that declares it is for C only.
    ProcessWatch watch(static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0)));
    if (watch.descriptor_ < 0 && errno != ESRCH) {
        return fail(
            fmt::format("-withparent: cannot watch process {}: {}", *pid, std::strerror(errno)));
    }
    // The parent may have ended, and its id may belong to another process, since we asked.
    const bool has_ended = watch.descriptor_ < 0 || (text.empty() && ::getppid() != *pid);
    if (has_ended) return fail(fmt::format("-withparent: process {} has ended already", *pid));
    return watch;
}

ProcessWatch::ProcessWatch(ProcessWatch&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

ProcessWatch::~ProcessWatch() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace daler::app
