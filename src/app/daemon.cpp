#include "app/daemon.h"

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace daler::app {
namespace {

// The first byte on the pipe; an error message follows the second.
constexpr char is_ready = 'R';
constexpr char has_failed = 'F';

std::string read_all(int fd) {
    std::string text;
    std::array<char, 512> part;
    for (;;) {
        const ssize_t got = ::read(fd, part.data(), part.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return text;
        text.append(part.data(), static_cast<std::size_t>(got));
        if (text[0] == is_ready) return text;
    }
}

void send(int fd, const std::string& text) {
    // The parent may have exited already; then the failed write does not matter.
    [[maybe_unused]] const ssize_t sent = ::write(fd, text.data(), text.size());
}

[[noreturn]] void end_parent(int fd) {
    const std::string report = read_all(fd);
    if (report.starts_with(is_ready)) _exit(EXIT_SUCCESS);
    const std::string reason = report.starts_with(has_failed)
                                   ? report.substr(1)
                                   : "the daemon ended before it was ready; see debug.log";
    std::fprintf(stderr, "Error: %s\n", reason.c_str());
    _exit(EXIT_FAILURE);
}

void silence_standard_streams() {
    const int null = ::open("/dev/null", O_RDWR);
    if (null < 0) return;
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        ::dup2(null, stream);
    if (null > STDERR_FILENO) ::close(null);
}

}  // namespace

Daemon Daemon::start() {
    std::array<int, 2> pipe;
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
    std::puts("daler starting");
    std::fflush(stdout);
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error(std::string("cannot fork: ") + std::strerror(errno));
    if (child > 0) {
        ::close(pipe[1]);
        end_parent(pipe[0]);
    }
    ::close(pipe[0]);
    ::setsid();
    return Daemon(pipe[1]);
}

Daemon::Daemon(Daemon&& other) noexcept : pipe_(std::exchange(other.pipe_, -1)) {}

Daemon::~Daemon() {
    if (pipe_ >= 0) ::close(pipe_);
}

void Daemon::ready() {
    if (pipe_ < 0) return;
    send(pipe_, std::string(1, is_ready));
    silence_standard_streams();
}

void Daemon::failed(const std::string& message) {
    if (pipe_ >= 0) send(pipe_, has_failed + message);
}

}  // namespace daler::app
