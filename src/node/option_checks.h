#pragma once

#include <daler/config/settings.h>
#include <daler/util/result.h>

#include <string>
#include <vector>

namespace daler::node {

/// Refuses options that exclude each other, unknown words, settings in the wrong place of the
/// config file, and options that daler does not support and that would cost privacy or money if
/// they were ignored.
[[nodiscard]] Result<void, std::string> check_options(const config::Settings& settings);

/// Options that are accepted for start scripts and have no effect, and whose values are not the
/// default: a sentence for each, for the log.
[[nodiscard]] std::vector<std::string> options_without_effect(const config::Settings& settings);

}  // namespace daler::node
