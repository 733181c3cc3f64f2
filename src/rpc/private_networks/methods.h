#pragma once

// The methods of `private_networks_methods`, by file. The table in methods.cpp documents them. The
// dispatcher refuses all of them on public chains.

#include <daler/rpc/method.h>

namespace daler::rpc {

// automine.cpp
[[nodiscard]] Json getautomine(Call& call);
[[nodiscard]] Json setautomine(Call& call);

// faucet.cpp
[[nodiscard]] Json faucet(Call& call);

// fees.cpp
[[nodiscard]] Json setfeeestimate(Call& call);

// links.cpp
[[nodiscard]] Json listlinks(Call& call);
[[nodiscard]] Json setlink(Call& call);

// mine.cpp
[[nodiscard]] Json mine(Call& call);

// reorg.cpp
[[nodiscard]] Json reorg(Call& call);

// snapshots.cpp
[[nodiscard]] Json dropsnapshot(Call& call);
[[nodiscard]] Json listsnapshots(Call& call);
[[nodiscard]] Json revert(Call& call);
[[nodiscard]] Json snapshot(Call& call);

// time.cpp
[[nodiscard]] Json advancetime(Call& call);
[[nodiscard]] Json gettime(Call& call);
[[nodiscard]] Json settime(Call& call);

}  // namespace daler::rpc
