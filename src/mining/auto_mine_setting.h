#pragma once

#include <daler/encoding/bytes.h>
#include <daler/mining/auto_miner.h>

namespace daler::mining {

/// The contents of the file in which a setting is kept: JSON.
[[nodiscard]] Bytes encode_setting(const AutoMineSetting& setting);
/// Nothing if the file has another form.
[[nodiscard]] std::optional<AutoMineSetting> decode_setting(ByteSpan bytes);

}  // namespace daler::mining
