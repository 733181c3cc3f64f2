#include "app/signals.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <stdexcept>

namespace daler::app {

Signals::Signals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGHUP})
        sigaddset(&set, number);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    signal_fd_ = ::signalfd(-1, &set, SFD_CLOEXEC);
    stop_fd_ = ::eventfd(0, EFD_CLOEXEC);
    if (signal_fd_ < 0 || stop_fd_ < 0) throw std::runtime_error("cannot watch for signals");
}

Signals::~Signals() {
    ::close(signal_fd_);
    ::close(stop_fd_);
}

Signals::End Signals::wait(const std::function<void()>& on_hangup, int process) {
    // poll ignores negative descriptors.
    std::array<pollfd, 3> watched{
        {{signal_fd_, POLLIN, 0}, {stop_fd_, POLLIN, 0}, {process, POLLIN, 0}}};
    for (;;) {
        if (::poll(watched.data(), watched.size(), -1) < 0) continue;
        if (watched[1].revents != 0) return End::stop;
        if (watched[2].revents != 0) return End::process;
        if (watched[0].revents == 0) continue;
        signalfd_siginfo info{};
        if (::read(signal_fd_, &info, sizeof info) != sizeof info) continue;
        if (info.ssi_signo != SIGHUP) return End::signal;
        on_hangup();
    }
}

void Signals::stop() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t sent = ::write(stop_fd_, &one, sizeof one);
}

}  // namespace daler::app
