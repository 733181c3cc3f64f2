#include "vectors.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace daler::test {

std::optional<std::filesystem::path> vectors_folder() {
    if (const char* named = std::getenv("DALER_VECTORS"); named && *named) {
        if (!std::filesystem::is_directory(named))
            throw std::runtime_error(std::string("DALER_VECTORS names no folder: ") + named);
        return named;
    }
    const auto beside = std::filesystem::path(DALER_SOURCE_DIR) / "../shared/vectors";
    if (std::filesystem::is_directory(beside)) return beside;
    return std::nullopt;
}

std::optional<std::string> read_vectors(const std::string& name) {
    const auto folder = vectors_folder();
    if (!folder) {
        std::cout << "SKIPPED: " << name << " (set DALER_VECTORS to the folder of test vectors)"
                  << std::endl;
        return std::nullopt;
    }
    std::ifstream file(*folder / name, std::ios::binary);
    if (!file) throw std::runtime_error("missing test vector file " + name);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

}  // namespace daler::test
