#include "machine.h"

namespace daler::script {

ScriptError Machine::run() {
    if (counts_operations() && script_.size() > max_script_size) return ScriptError::script_size;
    ScriptReader reader(script_);
    while (const auto instruction = reader.next()) {
        rest_ = reader.rest();
        if (const auto error = step(*instruction); error != ScriptError::ok) return error;
        if (stack_.size() + alt_stack_.size() > max_stack_size) return ScriptError::stack_size;
        ++position_;
    }
    if (reader.failed()) return ScriptError::bad_opcode;
    return conditions_.empty() ? ScriptError::ok : ScriptError::unbalanced_conditional;
}

ScriptError Machine::step(const Instruction& instruction) {
    const auto op = instruction.opcode;
    if (instruction.data.size() > max_element_size) return ScriptError::push_size;
    if (counts_operations() && op > op_16 && ++operations_ > max_operations)
        return ScriptError::op_count;
    // These two checks also apply in branches that are not executed.
    if (is_disabled(op)) return ScriptError::disabled_opcode;
    if (op == op_codeseparator && version_ == SigVersion::base && has(verify_const_scriptcode))
        return ScriptError::op_codeseparator;
    const bool executed = conditions_.all_true();
    if (instruction.pushes_data()) return executed ? push(instruction) : ScriptError::ok;
    const bool is_branch = op >= op_if && op <= op_endif;
    return executed || is_branch ? execute(op) : ScriptError::ok;
}

ScriptError Machine::push(const Instruction& instruction) {
    if (has(verify_minimaldata) && !is_minimal_push(instruction)) return ScriptError::minimaldata;
    stack_.push_back(Element::view(instruction.data));
    return ScriptError::ok;
}

ScriptError Machine::execute(Opcode op) {
    if (op <= op_16) {
        if (op == op_reserved) return ScriptError::bad_opcode;
        stack_.push_back(Element::number(int{op} - (op_1 - 1)));
        return ScriptError::ok;
    }
    if (op <= op_return) return flow_control(op);
    if (op <= op_reserved2) return stack_operation(op);
    if (op <= op_within) return arithmetic(op);
    if (op <= op_checkmultisigverify) return crypto_operation(op);
    if (op <= op_nop10) return reserved_operation(op);
    if (op == op_checksigadd) return checksigadd();
    return ScriptError::bad_opcode;
}

}  // namespace daler::script
