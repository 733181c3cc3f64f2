#pragma once

#include <daler/rpc/method.h>

namespace daler::rpc {

// What runs the methods of methods.cpp, by the file that has it.

// node.cpp
[[nodiscard]] Json getmemoryinfo(Call& call);
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
