#pragma once

#include "stack.h"

#include <daler/script/interpreter.h>
#include <daler/script/standard.h>

namespace daler::script {

/// Checks the input's witness against `program`. `in_p2sh`: the program stands in a redeem script,
/// where versions above 0 mean nothing.
[[nodiscard]] ScriptError verify_witness_program(const InputToVerify& input,
                                                 const WitnessProgram& program, bool in_p2sh);

}  // namespace daler::script
