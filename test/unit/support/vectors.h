#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace daler::test {

/// The folder of the published test vectors: the value of DALER_VECTORS, or else
/// `../shared/vectors` beside the checkout. Returns nothing if DALER_VECTORS is not set and that
/// folder is missing. Throws if DALER_VECTORS names a missing folder.
[[nodiscard]] std::optional<std::filesystem::path> vectors_folder();

/// The text of a vector file, for example "core/sighash.json". If there is no vectors_folder,
/// prints a line "SKIPPED: name" and returns nothing. Throws if the folder lacks the file.
[[nodiscard]] std::optional<std::string> read_vectors(const std::string& name);

}  // namespace daler::test
