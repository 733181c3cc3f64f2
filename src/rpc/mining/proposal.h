#pragma once

#include <daler/rpc/method.h>

namespace daler::rpc {

/// The answer of getblocktemplate to a request of mode "proposal" (BIP 23): null if the block in
/// `request` would be valid on the tip once it has proof of work, otherwise the reason (BIP 22). -3
/// "Missing data String key for proposal", -22 "Block decode failed".
[[nodiscard]] Json judge_proposal(Call& call, const Json& request);

}  // namespace daler::rpc
