#include <daler/notify/command_runner.h>

#include <test.h>

#include "temporary_folder.h"

#include <fstream>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

using namespace daler::notify;

namespace {

/// Commands write lines to a pipe, and a test waits for them.
class Pipe {
public:
    Pipe() : path_((folder_.path() / "pipe").string()) {
        REQUIRE(::mkfifo(path_.c_str(), 0600) == 0);
        // Open for both: without a writer of its own a reader would see an end between commands.
        stream_.open(path_, std::ios::in | std::ios::out);
    }
    [[nodiscard]] const std::string& path() const { return path_; }
    std::string line() {
        std::string out;
        std::getline(stream_, out);
        return out;
    }

private:
    daler::test::TemporaryFolder folder_;
    std::string path_;
    std::fstream stream_;
};

}  // namespace

TEST_CASE("commands run by the shell, in the background, and leave no zombies", "[notify]") {
    Pipe pipe;
    {
        CommandRunner runner;
        for (std::size_t i = 0; i < 2 * CommandRunner::max_running; ++i)
            runner.run("echo $((1 + 1)) > " + pipe.path());
        for (std::size_t i = 0; i < 2 * CommandRunner::max_running; ++i)
            CHECK(pipe.line() == "2");
        runner.run("exit 3");
        runner.run("/no/such/program");
        runner.run("kill -9 $$");
        runner.run("echo last > " + pipe.path());
        CHECK(pipe.line() == "last");
        // The runner notices their ends without a further command.
        siginfo_t info{};
        while (::waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) == 0 || errno == EINTR) {
        }
        CHECK(errno == ECHILD);
    }
}

TEST_CASE("a command that hangs holds up neither others nor the end", "[notify]") {
    Pipe pipe;
    {
        CommandRunner runner;
        runner.run("echo $$ > " + pipe.path() + "; exec sleep 1000");
        const auto process = static_cast<pid_t>(std::stoi(pipe.line()));
        runner.run("echo next > " + pipe.path());
        CHECK(pipe.line() == "next");
        runner.run("kill " + std::to_string(process));
        while (::kill(process, 0) == 0)
            ::usleep(1000);
        runner.run("echo $$ > " + pipe.path() + "; exec sleep 1000");
    }
    const auto process = static_cast<pid_t>(std::stoi(pipe.line()));
    CHECK(::kill(process, SIGKILL) == 0);
    ::waitpid(process, nullptr, 0);
}

TEST_CASE("commands get no files of ours and react to signals", "[notify]") {
    Pipe pipe;
    const int inherited = ::open("/dev/null", O_RDONLY);
    REQUIRE(inherited >= 0);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    const auto usual = ::signal(SIGPIPE, SIG_IGN);
    const std::vector<std::string> commands{
        "[ -e /proc/$$/fd/" + std::to_string(inherited) + " ] && echo open > " + pipe.path() +
            " || echo closed > " + pipe.path(),
        // Without the real-time signals, of which the C library ignores two.
        "exec sed -nE 's/^Sig(Blk|Ign):.*(.{7})$/\\1 \\2/p' /proc/self/status > " + pipe.path()};
    run_and_wait(std::span(commands).first(1));
    CHECK(pipe.line() == "closed");
    run_and_wait(std::span(commands).last(1));
    CHECK(pipe.line() == "Blk 0000000");
    CHECK(pipe.line() == "Ign 0000000");
    ::signal(SIGPIPE, usual);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::close(inherited);
}

TEST_CASE("the end waits for the commands that belong to it", "[notify]") {
    daler::test::TemporaryFolder folder;
    const auto file = [&](const char* name) { return (folder.path() / name).string(); };
    const std::vector<std::string> commands{
        // Each waits for the other, so they must run beside each other.
        "echo > " + file("a") + "; until [ -e " + file("b") + " ]; do sleep 0.01; done; echo > " +
            file("c"),
        "until [ -e " + file("a") + " ]; do sleep 0.01; done; echo > " + file("b")};
    run_and_wait(commands);
    CHECK(std::filesystem::exists(file("b")));
    CHECK(std::filesystem::exists(file("c")));
}
