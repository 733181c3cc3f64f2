#pragma once

#include <daler/encoding/json.h>
#include <daler/psbt/psbt.h>

namespace daler::rpc {

/// A PSBT in base64; -22 "TX decode failed ..." if it is none.
[[nodiscard]] psbt::Psbt to_psbt(const Json& value);

/// The answer of methods that work on a PSBT: "psbt", "complete" and, if it is complete, "hex".
[[nodiscard]] Json processed_psbt_json(psbt::Psbt psbt, bool complete);

}  // namespace daler::rpc
