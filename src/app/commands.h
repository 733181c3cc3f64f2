#pragma once

#include <span>
#include <string>

namespace daler::app {

/// `daler WORDS...`: the first word is the command. Without words it lists the commands. Returns an
/// exit code.
[[nodiscard]] int run_command(std::span<const std::string> words);

}  // namespace daler::app
