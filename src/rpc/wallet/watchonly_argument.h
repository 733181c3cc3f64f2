#pragma once

#include <daler/rpc/declaration.h>

namespace daler::rpc {

/// An argument of old wallets that has no effect; its default differs by method.
[[nodiscard]] constexpr Argument watchonly(std::string_view fallback) {
    return {"include_watchonly", Type::boolean, fallback, "Has no effect for descriptor wallets"};
}

}  // namespace daler::rpc
