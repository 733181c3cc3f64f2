#pragma once

#include <daler/util/result.h>

#include <filesystem>
#include <string>
#include <vector>

namespace daler::networks {

/// The folder of the networks in memory: $XDG_RUNTIME_DIR/daler, else /tmp/daler-UID. Creates it
/// with mode 0700. The error says why it cannot be used, for example that it belongs to another
/// user.
[[nodiscard]] Result<std::filesystem::path, std::string> run_folder();

/// The folder of the networks with a name: ~/.daler/networks. It may be missing.
[[nodiscard]] std::filesystem::path kept_folder();

/// The folders of all networks: those in memory first, then the kept ones, each group by name.
[[nodiscard]] Result<std::vector<std::filesystem::path>, std::string> network_folders();

/// Why a network or a node cannot have this name; nothing if it can. Names become parts of paths.
[[nodiscard]] std::optional<std::string> wrong_name(std::string_view name);

}  // namespace daler::networks
