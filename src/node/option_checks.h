#pragma once

#include <daler/config/settings.h>
#include <daler/util/result.h>

#include <string>
#include <vector>

namespace daler::node {

/// Refuses what cannot be: options that exclude each other, words that nobody knows, settings that
/// the config file has in the wrong place, and options that daler does not have and whose user
/// would lose privacy or money if they were ignored.
[[nodiscard]] Result<void, std::string> check_options(const config::Settings& settings);

/// Options that are accepted for start scripts and have no effect here, although their values ask
/// for one: a sentence for each, for the log.
[[nodiscard]] std::vector<std::string> options_without_effect(const config::Settings& settings);

}  // namespace daler::node
