#pragma once

#include <daler/util/result.h>

#include <filesystem>
#include <string>

namespace daler::storage {

/// The longest secret that a file may hold.
inline constexpr std::size_t max_secret_bytes = 4096;

/// The text of a file with a secret, without white space around it. The file must be a regular one
/// of the user who runs the program, and nobody else may read or write it. The error is a sentence
/// that begins with the path and says what to do. Never reads from a memory file system.
[[nodiscard]] Result<std::string, std::string> read_secret_file(const std::filesystem::path& path);

}  // namespace daler::storage
