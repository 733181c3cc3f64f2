#include "networks/launcher.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <csignal>

#include <stdexcept>

namespace daler::networks {
namespace {

sigset_t watched_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD})
        sigaddset(&set, signal);
    return set;
}

}  // namespace

Interrupts::Interrupts() {
    const sigset_t set = watched_signals();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    descriptor_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (descriptor_ < 0) throw std::runtime_error("cannot watch for signals");
}

Interrupts::~Interrupts() {
    ::close(descriptor_);
    const sigset_t set = watched_signals();
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

bool Interrupts::requested() {
    signalfd_siginfo info{};
    while (::read(descriptor_, &info, sizeof info) == sizeof info)
        if (info.ssi_signo != SIGCHLD) requested_ = true;
    return requested_;
}

}  // namespace daler::networks
