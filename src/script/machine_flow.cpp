#include "machine.h"

namespace daler::script {

ScriptError Machine::flow_control(Opcode op) {
    switch (op) {
        case op_nop:
            return ScriptError::ok;
        case op_if:
        case op_notif:
            return begin_branch(op);
        case op_else:
            if (conditions_.empty()) return ScriptError::unbalanced_conditional;
            conditions_.toggle();
            return ScriptError::ok;
        case op_endif:
            if (conditions_.empty()) return ScriptError::unbalanced_conditional;
            conditions_.pop();
            return ScriptError::ok;
        case op_verify:
            return verify_top();
        case op_return:
            return ScriptError::op_return;
        default:
            return ScriptError::bad_opcode;
    }
}

ScriptError Machine::begin_branch(Opcode op) {
    if (!conditions_.all_true()) {
        conditions_.push(false);
        return ScriptError::ok;
    }
    if (stack_.empty()) return ScriptError::unbalanced_conditional;
    const auto condition = top().bytes();
    const bool minimal = condition.empty() || (condition.size() == 1 && condition[0] == 1);
    if (!minimal && version_ == SigVersion::tapscript) return ScriptError::tapscript_minimalif;
    if (!minimal && version_ == SigVersion::witness_v0 && has(verify_minimalif))
        return ScriptError::minimalif;
    conditions_.push(is_true(condition) == (op == op_if));
    pop();
    return ScriptError::ok;
}

ScriptError Machine::verify_top() {
    if (stack_.empty()) return ScriptError::invalid_stack_operation;
    if (!top().is_true()) return ScriptError::verify;
    pop();
    return ScriptError::ok;
}

}  // namespace daler::script
