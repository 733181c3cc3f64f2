#pragma once

#include <daler/descriptor/spend_data.h>
#include <daler/psbt/psbt.h>

namespace daler::psbt {

/// What `input` knows about its spending. If it is final, that is all.
[[nodiscard]] descriptor::SpendData spend_data(const Input& input);
[[nodiscard]] descriptor::SpendData spend_data(const Output& output);

/// Adds what is in `data` and not in `input`. Complete data make the input final.
void add_parts(Input& input, const descriptor::SpendData& data);
void add_parts(Output& output, const descriptor::SpendData& data);

}  // namespace daler::psbt
