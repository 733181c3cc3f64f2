#pragma once

#include "node.h"

namespace daler::descriptor {

/// Parses a miniscript in wsh or tr. Nothing if `text` is not one; the reason of a failure is
/// bitcoind's text: a key that is wrong, another context, or a miniscript that is not sane.
[[nodiscard]] std::optional<Result<DescriptorNode, std::string>> parse_miniscript(
    std::string_view text, ScriptContext context, const AddressFormat& format,
    Multipath& multipath);

}  // namespace daler::descriptor
