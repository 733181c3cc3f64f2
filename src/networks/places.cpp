#include "networks/places.h"

#include "networks/network_file.h"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace daler::networks {
namespace {

namespace fs = std::filesystem;

fs::path home() {
    if (const char* folder = std::getenv("HOME"); folder && *folder != '\0') return folder;
    const passwd* user = ::getpwuid(::getuid());
    return user ? user->pw_dir : "/";
}

void add_networks(std::vector<fs::path>& out, const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder, error))
        if (fs::exists(entry.path() / network_file_name, error)) found.push_back(entry.path());
    std::ranges::sort(found);
    out.insert(out.end(), found.begin(), found.end());
}

}  // namespace

Result<fs::path, std::string> run_folder() {
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    const fs::path folder = runtime && *runtime != '\0'
                                ? fs::path(runtime) / "daler"
                                : fs::path(fmt::format("/tmp/daler-{}", ::getuid()));
    if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST)
        return fail(fmt::format("Cannot create {}: {}.", folder.string(), std::strerror(errno)));
    // In /tmp another user may have created the name first.
    struct stat status {};
    if (::lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) ||
        status.st_uid != ::getuid() || (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return fail(fmt::format(
            "{} must be a folder that belongs to you and that only you can open. Remove "
            "it, or set XDG_RUNTIME_DIR to another folder.",
            folder.string()));
    }
    return folder;
}

fs::path kept_folder() {
    return home() / ".daler" / "networks";
}

Result<std::vector<fs::path>, std::string> network_folders() {
    const auto in_memory = run_folder();
    if (!in_memory) return fail(in_memory.error());
    std::vector<fs::path> out;
    add_networks(out, *in_memory);
    add_networks(out, kept_folder());
    return out;
}

std::optional<std::string> wrong_name(std::string_view name) {
    constexpr std::size_t longest = 40;
    const auto is_good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    };
    const bool is_bad_start = name.empty() || name[0] == '-' || name[0] == '.';
    if (!is_bad_start && name.size() <= longest && std::ranges::all_of(name, is_good))
        return std::nullopt;
    return fmt::format(
        "\"{}\" cannot be a name: names have 1 to {} letters, digits, '-', '_' or '.', and begin "
        "with a letter, a digit or '_'.",
        name, longest);
}

}  // namespace daler::networks
