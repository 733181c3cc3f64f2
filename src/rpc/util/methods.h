#pragma once

#include <daler/rpc/method.h>

namespace daler::rpc {

// What runs the methods of methods.cpp, by the file that has it.

// addresses.cpp
[[nodiscard]] Json createmultisig(Call& call);
[[nodiscard]] Json deriveaddresses(Call& call);
[[nodiscard]] Json getdescriptorinfo(Call& call);
[[nodiscard]] Json validateaddress(Call& call);

// fees.cpp
[[nodiscard]] Json estimatesmartfee(Call& call);

// index_info.cpp
[[nodiscard]] Json getindexinfo(Call& call);

// messages.cpp
[[nodiscard]] Json signmessagewithprivkey(Call& call);
[[nodiscard]] Json verifymessage(Call& call);

}  // namespace daler::rpc
