#pragma once

#include <daler/descriptor/descriptor.h>
#include <daler/rpc/values.h>

#include <functional>

namespace daler::rpc {

/// Reads a descriptor as text, or as an object with `desc` and `range`, and calls `visit` with the
/// scripts, and the keys and scripts behind them, of each index: 0 to 1000 if no range is given.
/// Throws Bitcoin Core's codes and texts.
void for_each_index(
    const Json& given, const Services& node, descriptor::Descriptor::Secrets secrets,
    const std::function<void(const std::vector<Script>&, const descriptor::KeyRing&)>& visit);

}  // namespace daler::rpc
