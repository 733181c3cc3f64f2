#pragma once

#include <daler/rpc/method.h>

namespace daler::rpc {

// The functions of the methods in methods.cpp, grouped by file.

// generate.cpp
[[nodiscard]] Json generate(Call& call);
[[nodiscard]] Json generateblock(Call& call);
[[nodiscard]] Json generatetoaddress(Call& call);
[[nodiscard]] Json generatetodescriptor(Call& call);

// mining_info.cpp
[[nodiscard]] Json getmininginfo(Call& call);
[[nodiscard]] Json getnetworkhashps(Call& call);

// prioritise.cpp
[[nodiscard]] Json getprioritisedtransactions(Call& call);
[[nodiscard]] Json prioritisetransaction(Call& call);

// submissions.cpp
[[nodiscard]] Json submitblock(Call& call);
[[nodiscard]] Json submitheader(Call& call);

// templates.cpp
void getblocktemplate(Call& call, JsonWriter& result);

}  // namespace daler::rpc
