#pragma once

#include "stack.h"

#include <daler/script/interpreter.h>
#include <daler/script/standard.h>

namespace daler::script {

/// Checks the input's witness against `program`. `in_p2sh`: the program is a redeem script, where
/// versions above 0 have no rules.
[[nodiscard]] ScriptError verify_witness_program(const InputToVerify& input,
                                                 const WitnessProgram& program, bool in_p2sh);

}  // namespace daler::script
