#pragma once

#include <daler/rpc/method.h>

namespace daler::rpc {

// The functions of the methods in methods.cpp, grouped by file.

// node.cpp
[[nodiscard]] Json getmemoryinfo(Call& call);
[[nodiscard]] Json getopenrpcinfo(Call& call);
[[nodiscard]] Json getrpcinfo(Call& call);
[[nodiscard]] Json help(Call& call);
[[nodiscard]] Json logging(Call& call);
[[nodiscard]] Json stop(Call& call);
[[nodiscard]] Json uptime(Call& call);

// testing.cpp
[[nodiscard]] Json echo(Call& call);
[[nodiscard]] Json mockscheduler(Call& call);
[[nodiscard]] Json setmocktime(Call& call);
[[nodiscard]] Json syncwithvalidationinterfacequeue(Call& call);

}  // namespace daler::rpc
