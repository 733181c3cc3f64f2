// What remains of nodes and networks whose processes have ended.
#include "networks/launcher.h"
#include "networks/network.h"
#include "networks/places.h"

#include <fmt/format.h>
#include <csignal>

#include <fstream>

namespace daler::networks {
namespace {

namespace fs = std::filesystem;

/// The last line of a file, without the time at its start.
std::string last_line(const fs::path& path) {
    constexpr std::streamoff tail_size = 4096;
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) return {};
    const std::streamoff size = file.tellg();
    file.seekg(std::max<std::streamoff>(0, size - tail_size));
    std::string line, last;
    while (std::getline(file, line))
        if (!line.empty()) last = line;
    return last;
}

/// True if the command that was starting the network is gone.
bool is_half_started(const NetworkFile& file) {
    return file.starting.pid != 0 && !is_running(file.starting);
}

/// True if the network was not started completely, or if it is in memory and its `daler up` or all
/// its nodes are gone, although no command has stopped them.
bool has_ended(const NetworkFile& file) {
    if (is_half_started(file)) return true;
    if (file.kept) return false;
    if (file.owner.pid != 0) return !is_running(file.owner);
    // Without an owner a network whose nodes were all stopped waits for `daler start`.
    return std::ranges::none_of(file.nodes, &NodeEntry::is_running) &&
           !std::ranges::all_of(file.nodes, &NodeEntry::stopped);
}

std::string notice_of(const NetworkFile& file) {
    if (is_half_started(file)) {
        return fmt::format("The start of the network {} was interrupted. It has been removed.",
                           file.name);
    }
    const auto died = std::ranges::find(file.nodes, false, &NodeEntry::stopped);
    const std::string why = died == file.nodes.end()
                                ? std::string("its `daler up` is gone")
                                : fmt::format("{}: {}", died->name, why_ended(*died));
    return fmt::format("The network {} has ended ({}). Its files have been removed.", file.name,
                       why);
}

/// Ends all nodes, also those that were started and are not in the file yet.
void end_all(const NetworkFile& file) {
    auto entries = file.nodes;
    for (const ProcessId& process : processes_with(seed_argument(file.folder)))
        entries.push_back({.name = {}, .process = process});
    std::vector<NodeEntry*> nodes;
    for (NodeEntry& entry : entries)
        nodes.push_back(&entry);
    end_nodes(nodes, SIGKILL, stop_patience);
}

/// A network with a name that was started before is as it was when it was stopped.
std::string undo_start(NetworkFile& file) {
    end_all(file);
    for (NodeEntry& node : file.nodes)
        node.stopped = true;
    file.starting = file.owner = {};
    static_cast<void>(file.save());
    return fmt::format(
        "The start of the network {0} was interrupted: its nodes have been stopped. `daler up "
        "--name {0}` starts them again.",
        file.name);
}

std::string remove(const NetworkFile& file) {
    const auto notice = notice_of(file);
    end_all(file);
    std::error_code error;
    fs::remove_all(file.folder, error);
    return notice;
}

/// Removes the folder of a network whose `daler up` was killed before it wrote the file.
void remove_if_empty(const fs::path& folder) {
    const auto lock = NetworkLock::try_take(folder);
    const auto is_of_no_use = [](const fs::directory_entry& entry) {
        const auto name = entry.path().filename();
        return name == "lock" || name == "network.json.new";
    };
    std::error_code error;
    const auto files = fs::directory_iterator(folder, error);
    if (lock && std::all_of(begin(files), end(files), is_of_no_use)) fs::remove_all(folder, error);
}

void remove_empty_folders() {
    const auto in_memory = run_folder();
    std::error_code error;
    for (const auto& base : {in_memory ? *in_memory : fs::path(), kept_folder()})
        for (const auto& entry : fs::directory_iterator(base, error))
            remove_if_empty(entry.path());
}

}  // namespace

std::string why_ended(const NodeEntry& node) {
    if (!node.ended.empty()) return node.ended;
    if (node.stopped) return "stopped";
    const std::string line = last_line(node.log);
    return line.empty() ? "it ended and left no log" : "it ended; its last log line: " + line;
}

std::vector<std::string> remove_ended_networks() {
    std::vector<std::string> notices;
    const auto folders = network_folders();
    if (!folders) return notices;
    remove_empty_folders();
    for (const auto& folder : *folders) {
        const auto seen = NetworkFile::load(folder);
        if (!seen || !has_ended(*seen)) continue;
        // Not while a command changes it; and that command may have started nodes meanwhile.
        // A command that was killed may have it for a moment, in a node that is just being started.
        if (is_half_started(*seen)) static_cast<void>(NetworkLock::take(folder));
        const auto lock = NetworkLock::try_take(folder);
        if (!lock) continue;
        auto file = NetworkFile::load(folder);
        if (!file || !has_ended(*file)) continue;
        notices.push_back(file->kept && file->complete ? undo_start(*file) : remove(*file));
    }
    return notices;
}

}  // namespace daler::networks
