#pragma once

#include <daler/encoding/json.h>
#include <daler/psbt/psbt.h>

namespace daler::rpc {

/// A PSBT in base64; -22 "TX decode failed ..." if it is none.
[[nodiscard]] psbt::Psbt to_psbt(const Json& value);

}  // namespace daler::rpc
