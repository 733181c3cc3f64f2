#pragma once

#include <daler/encoding/json.h>
#include <daler/primitives/address_format.h>
#include <daler/psbt/psbt.h>
#include <daler/psbt/roles.h>

namespace daler::rpc {

/// A PSBT as decodepsbt shows it.
[[nodiscard]] Json psbt_json(const psbt::Psbt& psbt, const AddressFormat& format);

/// An analysis as analyzepsbt shows it.
[[nodiscard]] Json analysis_json(const psbt::Analysis& analysis);

}  // namespace daler::rpc
