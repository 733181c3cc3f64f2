#pragma once

#include <daler/config/chain_file.h>
#include <daler/encoding/json.h>

#include <span>

namespace daler::config {

/// The fields of a chain file that describe the rules of regtest.
[[nodiscard]] Json regtest_fields();
/// The same for the signet with this challenge (hex).
[[nodiscard]] Json signet_fields(const std::string& challenge);

/// The chain of `fields` with the fields that `rules` change, each FIELD=VALUE as in -rule. Unless
/// they say otherwise, it has a magic of its own, and a name made of the old one and its digest.
/// The error begins with the field's name in quotes.
[[nodiscard]] Result<ChainFile, std::string> change_rules(Json fields,
                                                          std::span<const std::string> rules);

}  // namespace daler::config
