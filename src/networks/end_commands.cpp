#include "networks/commands_list.h"
#include "networks/lifecycle.h"

#include <fmt/format.h>
#include <csignal>

#include <cstdlib>
#include <thread>

namespace daler::networks {
namespace {

using Step = Result<void, std::string>;

/// Lets a `daler up` in the foreground end its network itself, and waits until it has.
Step end_owner(const ProcessId& owner) {
    constexpr std::chrono::milliseconds pause{1};
    const auto deadline = std::chrono::steady_clock::now() + stop_patience;
    send_signal(owner, SIGTERM);
    while (is_running(owner)) {
        if (std::chrono::steady_clock::now() > deadline) {
            return fail(fmt::format("`daler up` (process {}) does not end. `kill -9 {}` ends it.",
                                    owner.pid, owner.pid));
        }
        std::this_thread::sleep_for(pause);
    }
    return {};
}

/// Ends the network in `folder`, if it is still there.
Step end_in(const std::filesystem::path& folder) {
    const auto lock = NetworkLock::take(folder);
    std::error_code error;
    if (!std::filesystem::exists(folder, error)) return {};
    if (!lock) return fail(lock.error());
    auto file = NetworkFile::load(folder);
    if (!file) return fail(file.error());
    Network network(std::move(*file));
    return end_network(network);
}

Step end_completely(const NetworkFile& file) {
    if (file.owner.pid != 0 && is_running(file.owner))
        if (auto step = end_owner(file.owner); !step) return step;
    return end_in(file.folder);
}

}  // namespace

int down(const Arguments& arguments) {
    const auto network = Network::find(arguments);
    if (!network) return report(network.error());
    const auto& file = network->file();
    if (const auto ended = end_completely(file); !ended) return report(ended.error());
    if (file.kept)
        fmt::print("{} stopped. `daler up --name {}` resumes it.\n", file.name, file.name);
    else
        fmt::print("{} ended\n", file.name);
    return EXIT_SUCCESS;
}

int rm(const Arguments& arguments) {
    const auto folder = Network::find_folder(arguments.value("--name").value_or(""));
    if (!folder) return report(folder.error());
    // The folder of a network with a damaged file can be removed, too.
    if (const auto file = NetworkFile::load(*folder)) {
        if (const auto ended = end_completely(*file); !ended) return report(ended.error());
    }
    std::error_code error;
    std::filesystem::remove_all(*folder, error);
    if (error)
        return report(fmt::format("Cannot remove {}: {}.", folder->string(), error.message()));
    fmt::print("{} removed\n", folder->filename().string());
    return EXIT_SUCCESS;
}

}  // namespace daler::networks
