#pragma once

#include <daler/config/settings.h>
#include <daler/util/log.h>
#include <daler/util/result.h>

namespace daler::app {

/// What the user's settings say about the log. The error names the option.
[[nodiscard]] Result<log::Options, std::string> log_options(const config::Settings& settings,
                                                            bool in_background);

/// Whether a line says that the node is ready, for a program (-ready).
[[nodiscard]] bool wants_ready_line(const config::Settings& settings);

}  // namespace daler::app
