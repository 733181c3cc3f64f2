#include <daler/storage/secret_file.h>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace daler::storage {
namespace {

constexpr std::string_view white_space = " \t\r\n";
constexpr mode_t others = S_IRWXG | S_IRWXO;

/// An open file descriptor, closed at the end.
struct Descriptor {
    explicit Descriptor(int number_) : number(number_) {}
    ~Descriptor() {
        if (number >= 0) ::close(number);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    const int number;
};

/// What is wrong with the file, and what to do.
std::optional<std::string> refusal(const struct stat& file, const std::string& path) {
    if (!S_ISREG(file.st_mode)) return "is not a file. Name a file that holds the secret.";
    if (file.st_uid != ::geteuid())
        return "belongs to another user. Copy it to a file of the user who runs this program.";
    if (file.st_mode & others) {
        return fmt::format("may be used by others (mode {:04o}). Run: chmod 600 {}",
                           file.st_mode & 07777, path);
    }
    if (file.st_size > static_cast<off_t>(max_secret_bytes))
        return fmt::format("is longer than {} bytes. Shorten it.", max_secret_bytes);
    return std::nullopt;
}

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(white_space);
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(white_space) - first + 1));
}

}  // namespace

Result<std::string, std::string> read_secret_file(const std::filesystem::path& path) {
    const auto wrong = [&](std::string_view why) {
        return fail(fmt::format("{} {}", path.string(), why));
    };
    // Without waiting: the name may be that of a pipe.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (file.number < 0 || ::fstat(file.number, &status) != 0)
        return wrong(fmt::format("cannot be read: {}.", std::strerror(errno)));
    if (const auto why = refusal(status, path.string())) return wrong(*why);
    std::string text(max_secret_bytes, '\0');
    const auto size = ::read(file.number, text.data(), text.size());
    if (size < 0) return wrong(fmt::format("cannot be read: {}.", std::strerror(errno)));
    text = trimmed(std::string_view(text).substr(0, static_cast<std::size_t>(size)));
    if (text.empty()) return wrong("is empty. Write a word or hex digits into it.");
    return text;
}

}  // namespace daler::storage
