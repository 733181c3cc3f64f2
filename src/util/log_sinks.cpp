#include "util/log_sinks.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace daler::log {
namespace {

void write_all(int descriptor, std::string_view text) {
    while (descriptor >= 0 && !text.empty()) {
        const auto done = ::write(descriptor, text.data(), text.size());
        if (done < 0 && errno != EINTR) return;
        if (done > 0) text.remove_prefix(static_cast<std::size_t>(done));
    }
}

/// FILE.1.log for FILE.log.
std::filesystem::path older(const std::filesystem::path& file) {
    auto name = file.stem();
    name += ".1";
    name += file.extension();
    return file.parent_path() / name;
}

}  // namespace

Sinks::Sinks(const Options& options) : options_(options) {
    if (options_.console == Console::standard_output) console_ = STDOUT_FILENO;
    if (options_.console == Console::standard_error) console_ = STDERR_FILENO;
    if (options_.file.empty()) return;
    const auto folder = std::filesystem::path(options_.file).parent_path();
    std::error_code ignored;  // opening the file reports it
    if (!folder.empty()) std::filesystem::create_directories(folder, ignored);
    open_file(0);
    if (file_ < 0)
        throw std::runtime_error("cannot open " + options_.file + ": " + std::strerror(errno));
}

Sinks::~Sinks() {
    if (file_ >= 0) ::close(file_);
}

void Sinks::open_file(int more_flags) {
    constexpr mode_t mode = 0666;  // the umask narrows it
    const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | more_flags;
    file_ = ::open(options_.file.c_str(), flags, mode);
    struct stat info {};
    file_size_ =
        file_ >= 0 && ::fstat(file_, &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

/// Begins a new file if the next line would make this one larger than half of the limit.
void Sinks::make_room(std::size_t bytes) {
    if (options_.max_file_size == 0 || file_size_ + bytes <= options_.max_file_size / 2) return;
    ::close(file_);
    std::error_code ignored;
    std::filesystem::rename(options_.file, older(options_.file), ignored);
    open_file(O_TRUNC);
}

void Sinks::write(std::string line) {
    line += '\n';
    const std::lock_guard lock(mutex_);
    write_all(console_, line);
    if (file_ < 0) return;
    make_room(line.size());
    write_all(file_, line);
    file_size_ += line.size();
}

}  // namespace daler::log
