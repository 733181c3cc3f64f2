#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace daler::test {

/// The published test vectors: the folder named by DALER_VECTORS, else `../shared/vectors` beside
/// the checkout. Nothing if that folder is missing, and then the caller prints that it is skipped
/// and returns (see skip_without_vectors). A DALER_VECTORS that is set but not there is a failure.
[[nodiscard]] std::optional<std::filesystem::path> vectors_folder();

/// The whole text of a vector file, for example "core/sighash.json"; nothing (and a line "SKIPPED:
/// name" on standard output) where there are no vectors. A missing file in an existing folder
/// throws.
[[nodiscard]] std::optional<std::string> read_vectors(const std::string& name);

}  // namespace daler::test
