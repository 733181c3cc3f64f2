#include <daler/script/lock_times.h>

#include "machine.h"

namespace daler::script {
namespace {

// Lock times below are heights, from here on seconds.
constexpr std::int64_t lock_time_threshold = 500'000'000;

// Layout of a sequence number as a relative lock time (BIP 68).
constexpr std::int64_t sequence_disabled = std::int64_t{1} << 31;
constexpr std::int64_t sequence_type = std::int64_t{1} << 22;
constexpr std::int64_t sequence_value = 0xffff;
constexpr std::int64_t sequence_mask = sequence_type | sequence_value;

}  // namespace

bool lock_time_holds(std::int64_t asked, const Transaction& tx, const TxInput& input) {
    const std::int64_t own = tx.lock_time;
    const bool same_unit = (asked < lock_time_threshold) == (own < lock_time_threshold);
    return same_unit && asked <= own && input.sequence != TxInput::final_sequence;
}

bool sequence_holds(std::int64_t asked, const Transaction& tx, const TxInput& input) {
    const std::int64_t own = input.sequence;
    if (tx.version < 2 || (own & sequence_disabled) != 0) return false;
    const bool same_unit = (asked & sequence_type) == (own & sequence_type);
    return same_unit && (asked & sequence_mask) <= (own & sequence_mask);
}

ScriptError Machine::reserved_operation(Opcode op) {
    if (op == op_checklocktimeverify) return check_lock_time();
    if (op == op_checksequenceverify) return check_sequence();
    return has(verify_discourage_upgradable_nops) ? ScriptError::discourage_upgradable_nops
                                                  : ScriptError::ok;
}

ScriptError Machine::check_lock_time() {
    if (!has(verify_checklocktimeverify)) return ScriptError::ok;
    if (stack_.empty()) return ScriptError::invalid_stack_operation;
    const auto asked = number(0, max_lock_time_size);
    if (!asked) return ScriptError::unknown_error;
    if (*asked < 0) return ScriptError::negative_locktime;
    return lock_time_holds(*asked, input_.tx, input_.tx.inputs[input_.index])
               ? ScriptError::ok
               : ScriptError::unsatisfied_locktime;
}

ScriptError Machine::check_sequence() {
    if (!has(verify_checksequenceverify)) return ScriptError::ok;
    if (stack_.empty()) return ScriptError::invalid_stack_operation;
    const auto asked = number(0, max_lock_time_size);
    if (!asked) return ScriptError::unknown_error;
    if (*asked < 0) return ScriptError::negative_locktime;
    if ((*asked & sequence_disabled) != 0) return ScriptError::ok;
    return sequence_holds(*asked, input_.tx, input_.tx.inputs[input_.index])
               ? ScriptError::ok
               : ScriptError::unsatisfied_locktime;
}

}  // namespace daler::script
