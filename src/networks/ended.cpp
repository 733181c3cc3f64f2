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

/// True if the network is in memory and its `daler up` or all its nodes are gone, although no
/// command has stopped them.
bool has_ended(const NetworkFile& file) {
    if (file.kept) return false;
    if (file.owner.pid != 0) return !is_running(file.owner);
    // Without an owner a network whose nodes were all stopped waits for `daler start`.
    return std::ranges::none_of(file.nodes, &NodeEntry::is_running) &&
           !std::ranges::all_of(file.nodes, &NodeEntry::stopped);
}

std::string notice_of(const NetworkFile& file) {
    const auto died = std::ranges::find(file.nodes, false, &NodeEntry::stopped);
    const std::string why = died == file.nodes.end()
                                ? std::string("its `daler up` is gone")
                                : fmt::format("{}: {}", died->name, why_ended(*died));
    return fmt::format("The network {} has ended ({}). Its files have been removed.", file.name,
                       why);
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
    for (const auto& folder : *folders) {
        const auto seen = NetworkFile::load(folder);
        if (!seen || !has_ended(*seen)) continue;
        // Not while a command changes it; and that command may have started nodes meanwhile.
        const auto lock = NetworkLock::try_take(folder);
        if (!lock) continue;
        auto file = NetworkFile::load(folder);
        if (!file || !has_ended(*file)) continue;
        std::vector<NodeEntry*> nodes;
        for (NodeEntry& node : file->nodes)
            nodes.push_back(&node);
        end_nodes(nodes, SIGKILL, stop_patience);
        notices.push_back(notice_of(*file));
        std::error_code error;
        fs::remove_all(folder, error);
    }
    return notices;
}

}  // namespace daler::networks
