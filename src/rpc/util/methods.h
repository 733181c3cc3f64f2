#pragma once

#include <daler/rpc/method.h>

namespace daler::rpc {

// The functions of the methods in methods.cpp, grouped by file.

// addresses.cpp
[[nodiscard]] Json createmultisig(Call& call);
[[nodiscard]] Json deriveaddresses(Call& call);
[[nodiscard]] Json getdescriptorinfo(Call& call);
[[nodiscard]] Json validateaddress(Call& call);

// fees.cpp
[[nodiscard]] Json estimaterawfee(Call& call);
[[nodiscard]] Json estimatesmartfee(Call& call);

// index_info.cpp
[[nodiscard]] Json getindexinfo(Call& call);

// messages.cpp
[[nodiscard]] Json signmessagewithprivkey(Call& call);
[[nodiscard]] Json verifymessage(Call& call);

}  // namespace daler::rpc
