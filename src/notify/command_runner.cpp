#include <daler/notify/command_runner.h>

#include <daler/util/log.h>
#include <daler/util/thread_name.h>

#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstring>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace daler::notify {
namespace {

constexpr int first_own_descriptor = 3;

/// How the shell is started: with the usual signals, which a node blocks or ignores, and without
/// the node's files.
class SpawnSettings {
public:
    SpawnSettings() {
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addclosefrom_np(&actions, first_own_descriptor);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        sigset_t signals;
        sigemptyset(&signals);
        posix_spawnattr_setsigmask(&attributes, &signals);
        // We ignore some, and our own parent (nohup) may have made us ignore others.
        sigfillset(&signals);
        posix_spawnattr_setsigdefault(&attributes, &signals);
    }
    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;

    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
};

void log_end(const std::string& command, int status) {
    if (WIFSIGNALED(status))
        log::warning("A signal ({}) ended the command: {}", WTERMSIG(status), command);
    else if (WEXITSTATUS(status) != 0)
        log::warning("Exit code {} of the command: {}", WEXITSTATUS(status), command);
}

/// A shell that runs a command. Movable; it must be waited for, or it goes on without us.
class Running {
public:
    /// If it cannot be started, this is logged, and it has ended.
    explicit Running(std::string command) : command_(std::move(command)) {
        const SpawnSettings settings;
        std::string shell = "sh", option = "-c";
        char* const arguments[] = {shell.data(), option.data(), command_.data(), nullptr};
        const int error = ::posix_spawn(&process_, "/bin/sh", &settings.actions,
                                        &settings.attributes, arguments, environ);
        if (error != 0) {
            process_ = 0;
            log::warning("Cannot run the command ({}): {}", std::strerror(error), command_);
            return;
        }
        // A system call, because the header of glibc 2.36 that declares it is for C only.
        descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, process_, 0));
    }
    Running(Running&& other) noexcept
        : command_(std::move(other.command_)),
          process_(std::exchange(other.process_, 0)),
          descriptor_(std::exchange(other.descriptor_, -1)) {}
    Running& operator=(Running&& other) noexcept {
        std::swap(command_, other.command_);
        std::swap(process_, other.process_);
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~Running() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }

    /// Readable when it has ended.
    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] bool has_ended() {
        // Without a descriptor nobody would tell us of its end.
        return process_ == 0 || wait(descriptor_ < 0 ? 0 : WNOHANG);
    }
    void wait_for_end() {
        if (process_ != 0) wait(0);
    }

private:
    bool wait(int flags) {
        int status = 0;
        pid_t ended = 0;
        do
            ended = ::waitpid(process_, &status, flags);
        while (ended < 0 && errno == EINTR);
        if (ended == 0) return false;
        if (ended == process_) log_end(command_, status);
        process_ = 0;
        return true;
    }

    std::string command_;
    pid_t process_ = 0;  ///< 0: it has ended
    int descriptor_ = -1;
};

}  // namespace

struct CommandRunner::Impl {
    Impl() : wake_fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        if (wake_fd < 0) throw std::runtime_error("cannot run commands: no descriptor is free");
    }
    ~Impl() { ::close(wake_fd); }

    void wake() const {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto sent = ::write(wake_fd, &one, sizeof one);
    }
    void work();
    /// Starts commands that wait, while there is a place. False if the runner is to end.
    bool start_some();
    void wait_for_event() const;

    const int wake_fd;
    std::vector<Running> running;  ///< the thread's

    std::mutex mutex;  ///< guards the rest
    std::deque<std::string> waiting;
    std::size_t dropped = 0;  ///< since the last one that was taken
    bool stopping = false;
    std::thread thread;
};

bool CommandRunner::Impl::start_some() {
    for (;;) {
        std::string command;
        {
            const std::lock_guard lock(mutex);
            if (waiting.empty() || running.size() >= max_running) return !stopping;
            command = std::move(waiting.front());
            waiting.pop_front();
        }
        running.emplace_back(std::move(command));
    }
}

void CommandRunner::Impl::wait_for_event() const {
    std::vector<pollfd> events{{wake_fd, POLLIN, 0}};
    for (const auto& command : running)
        events.push_back({command.descriptor(), POLLIN, 0});
    ::poll(events.data(), events.size(), -1);
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(wake_fd, &count, sizeof count);
}

void CommandRunner::Impl::work() {
    while (start_some())
        if (std::erase_if(running, [](Running& command) { return command.has_ended(); }) == 0)
            wait_for_event();
}

CommandRunner::CommandRunner() : impl_(std::make_unique<Impl>()) {}

CommandRunner::~CommandRunner() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->stopping = true;
    }
    impl_->wake();
    if (!impl_->thread.joinable()) return;
    impl_->thread.join();
    if (!impl_->waiting.empty())
        log::warning("{} commands did not run before the end", impl_->waiting.size());
}

void CommandRunner::run(std::string command) {
    {
        const std::lock_guard lock(impl_->mutex);
        if (impl_->waiting.size() >= max_waiting) {
            if (impl_->dropped++ == 0)
                log::warning("Too many commands wait; left out: {}", command);
            return;
        }
        impl_->dropped = 0;
        impl_->waiting.push_back(std::move(command));
        if (!impl_->thread.joinable()) {
            impl_->thread = std::thread([this] {
                set_thread_name("notify");
                impl_->work();
            });
        }
    }
    impl_->wake();
}

void run_and_wait(std::span<const std::string> commands) {
    std::vector<Running> running(commands.begin(), commands.end());
    for (auto& command : running)
        command.wait_for_end();
}

}  // namespace daler::notify
