#pragma once

#include <daler/psbt/psbt.h>

#include "field_reader.h"

namespace daler::psbt {

/// Reads the map of one input.
[[nodiscard]] Result<Input, std::string> read_input_map(ByteReader& reader);

/// Reads an internal key; a key of zeros is none. `what`: "input" or "output".
[[nodiscard]] FieldResult read_internal_key(const Field& field, std::string_view what,
                                            std::optional<crypto::XOnlyKey>& key);

}  // namespace daler::psbt
