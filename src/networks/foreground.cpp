#include "networks/foreground.h"

#include "networks/lifecycle.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <cstring>
#include <map>

namespace daler::networks {
namespace {

/// The ends of nodes that are not in the file yet.
class Ends {
public:
    /// Collects what the system knows.
    void collect() {
        int status = 0;
        for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;)
            known_[pid] = end_of(status);
    }

    /// Writes it down, unless another command is changing the network; then later.
    void record(const std::filesystem::path& folder) {
        if (known_.empty()) return;
        const auto lock = NetworkLock::try_take(folder);
        if (!lock) return;
        auto file = NetworkFile::load(folder);
        if (file) {
            for (NodeEntry& node : file->nodes) {
                const auto end = known_.find(node.process.pid);
                if (end != known_.end() && !node.stopped && node.ended.empty())
                    node.ended = end->second;
            }
            static_cast<void>(file->save());
        }
        known_.clear();
    }

    [[nodiscard]] bool empty() const { return known_.empty(); }

private:
    std::map<pid_t, std::string> known_;
};

}  // namespace

Parent::Parent() {
    const pid_t parent = ::getppid();
    descriptor_ = parent <= 1 ? -1 : static_cast<int>(::syscall(SYS_pidfd_open, parent, 0));
}

Parent::~Parent() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

std::string end_of(int wait_status) {
    if (WIFSIGNALED(wait_status)) {
        const int signal = WTERMSIG(wait_status);
        return fmt::format("killed by signal {} ({})", signal, ::strsignal(signal));
    }
    return {};
}

Result<void, std::string> stay(const std::filesystem::path& folder, Interrupts& interrupts,
                               const Parent& parent) {
    Ends ends;
    for (;;) {
        constexpr int retry_ms = 20;
        std::array<pollfd, 2> sources{
            {{interrupts.descriptor(), POLLIN, 0}, {parent.descriptor(), POLLIN, 0}}};
        ::poll(sources.data(), sources.size(), ends.empty() ? -1 : retry_ms);
        const bool is_over = interrupts.requested() || sources[1].revents != 0;
        ends.collect();
        if (is_over) break;
        ends.record(folder);
    }
    // Other commands may have added nodes.
    const auto lock = NetworkLock::take(folder);
    if (!lock) return {};
    auto file = NetworkFile::load(folder);
    if (!file) return fail(file.error());
    Network network(std::move(*file));
    return end_network(network);
}

}  // namespace daler::networks
