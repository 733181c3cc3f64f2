#include "networks/processes.h"

#include <fmt/format.h>
#include <csignal>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>

namespace daler::networks {
namespace {

namespace fs = std::filesystem;

/// True if a process runs the program that we are.
bool runs_our_program(const fs::path& process) {
    std::error_code error, own_error;
    const auto program = fs::read_symlink(process / "exe", error);
    return !error && program == fs::read_symlink("/proc/self/exe", own_error) && !own_error;
}

/// The words of a command line, each followed by a zero byte. Empty if the process is gone.
std::string command_line_of(const fs::path& process) {
    constexpr std::chrono::seconds patience{1};
    constexpr std::chrono::milliseconds pause{1};
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        std::ifstream file(process / "cmdline");
        std::string words(std::istreambuf_iterator<char>(file), {});
        // Linux has no command line yet while it starts a program: execve(2) closes the files of
        // the old program first, the lock of a network among them, and writes the words last.
        const bool may_come = words.empty() && runs_our_program(process);
        if (!may_come || std::chrono::steady_clock::now() > deadline) return words;
        std::this_thread::sleep_for(pause);
    }
}

bool has_word(const std::string& words, std::string_view word) {
    std::istringstream stream(words);
    for (std::string each; std::getline(stream, each, '\0');)
        if (each == word) return true;
    return false;
}

}  // namespace

std::optional<ProcessId> identify(pid_t pid) {
    if (pid <= 0) return std::nullopt;
    std::ifstream file(fmt::format("/proc/{}/stat", pid));
    std::string text(std::istreambuf_iterator<char>(file), {});
    // The name of the program stands in brackets and may have any character.
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) return std::nullopt;
    std::istringstream fields(text.substr(name_end + 1));
    std::string state, skipped;
    fields >> state;
    if (state == "Z" || state == "X") return std::nullopt;
    // proc(5): the state is field 3, the start time field 22.
    constexpr int between = 22 - 3 - 1;
    for (int i = 0; i < between; ++i)
        fields >> skipped;
    ProcessId process{pid, 0};
    if (!(fields >> process.start)) return std::nullopt;
    return process;
}

bool is_running(const ProcessId& process) {
    const auto found = identify(process.pid);
    return found && *found == process;
}

std::vector<ProcessId> processes_with(std::string_view argument) {
    std::vector<ProcessId> out;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator("/proc", error)) {
        const auto name = entry.path().filename().string();
        pid_t pid = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc{})
            continue;
        const std::string words = command_line_of(entry.path());
        const auto process = has_word(words, argument) ? identify(pid) : std::nullopt;
        if (process) out.push_back(*process);
    }
    return out;
}

bool send_signal(const ProcessId& process, int signal) {
    return is_running(process) && ::kill(process.pid, signal) == 0;
}

}  // namespace daler::networks
