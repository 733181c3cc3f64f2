#include "networks/processes.h"

#include <fmt/format.h>
#include <csignal>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace daler::networks {

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
    for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
        const auto name = entry.path().filename().string();
        pid_t pid = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc{})
            continue;
        std::ifstream words(entry.path() / "cmdline");
        bool has_it = false;
        for (std::string word; !has_it && std::getline(words, word, '\0');)
            has_it = word == argument;
        const auto process = has_it ? identify(pid) : std::nullopt;
        if (process) out.push_back(*process);
    }
    return out;
}

bool send_signal(const ProcessId& process, int signal) {
    return is_running(process) && ::kill(process.pid, signal) == 0;
}

}  // namespace daler::networks
