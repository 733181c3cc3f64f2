#pragma once

#include <daler/rpc/method.h>

namespace daler::rpc {

/// The part of the mempool methods that puts transactions in.
[[nodiscard]] std::vector<Method> broadcast_methods();

}  // namespace daler::rpc
