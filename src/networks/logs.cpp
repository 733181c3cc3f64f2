#include "networks/commands_list.h"
#include "networks/launcher.h"
#include "networks/network.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace daler::networks {
namespace {

/// A log that is read from its start, and goes on when the node begins a new file.
class LogReader {
public:
    LogReader(const NodeEntry& node, std::string prefix)
        : path_(node.log), prefix_(std::move(prefix)) {}

    /// Prints the lines that are complete.
    void print_new_lines() {
        if (!file_.is_open() || was_replaced()) open();
        file_.clear();
        for (std::string part; std::getline(file_, part);) {
            line_ += part;
            // The node is writing this line: the rest of it comes later.
            if (file_.eof()) break;
            fmt::print("{}{}\n", prefix_, line_);
            line_.clear();
        }
    }

private:
    void open() {
        // The last lines of the old file come first.
        file_.close();
        file_.clear();
        file_.open(path_);
        inode_ = inode();
    }
    [[nodiscard]] ino_t inode() const {
        struct stat status {};
        return ::stat(path_.c_str(), &status) == 0 ? status.st_ino : 0;
    }
    [[nodiscard]] bool was_replaced() const { return inode() != inode_; }

    std::filesystem::path path_;
    std::string prefix_;
    std::ifstream file_;
    ino_t inode_ = 0;
    std::string line_;
};

}  // namespace

int logs(const Arguments& arguments) {
    auto network = Network::find(arguments);
    if (!network) return report(network.error());
    std::vector<LogReader> readers;
    if (arguments.words().empty()) {
        for (const NodeEntry& node : network->file().nodes)
            readers.emplace_back(node, node.name + " ");
    } else {
        const auto node = network->node(arguments.words().front());
        if (!node) return report(node.error());
        readers.emplace_back(**node, "");
    }
    const bool follows = arguments.has("-f");
    const auto folder = network->file().folder;
    std::error_code error;
    do {
        for (LogReader& reader : readers)
            reader.print_new_lines();
        std::fflush(stdout);
        constexpr int pause_ms = 50;
        if (follows) ::poll(nullptr, 0, pause_ms);
    } while (follows && std::filesystem::exists(folder, error) && std::ferror(stdout) == 0);
    return EXIT_SUCCESS;
}

}  // namespace daler::networks
