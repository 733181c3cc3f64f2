#pragma once

#include <daler/rpc/method.h>

namespace daler::rpc {

// The functions of the methods in methods.cpp, which are in refusals.cpp.

[[nodiscard]] Json addmultisigaddress(Call& call);
[[nodiscard]] Json dumpprivkey(Call& call);
[[nodiscard]] Json dumpwallet(Call& call);
[[nodiscard]] Json importaddress(Call& call);
[[nodiscard]] Json importmulti(Call& call);
[[nodiscard]] Json importprivkey(Call& call);
[[nodiscard]] Json importpubkey(Call& call);
[[nodiscard]] Json importwallet(Call& call);
[[nodiscard]] Json migratewallet(Call& call);
[[nodiscard]] Json newkeypool(Call& call);
[[nodiscard]] Json sethdseed(Call& call);

}  // namespace daler::rpc
