#pragma once

#include <daler/util/result.h>

#include <string>
#include <vector>

namespace daler::networks {

/// The groups that `words` describe, each "n1,n2"; nodes of `all` that are not named are one more
/// group. The error names an unknown node, one that is named twice, or says that there is nothing
/// to separate.
[[nodiscard]] Result<std::vector<std::vector<std::string>>, std::string> parse_groups(
    const std::vector<std::string>& words, const std::vector<std::string>& all);

}  // namespace daler::networks
