#pragma once

#include <daler/rpc/method.h>

namespace daler::rpc {

/// The part of the mining methods that gives work to miners and takes it back (BIPs 22, 23, 145).
[[nodiscard]] std::vector<Method> template_methods();

}  // namespace daler::rpc
