#include "machine.h"

#include <algorithm>

namespace daler::script {

ScriptError Machine::arithmetic(Opcode op) {
    if (op <= op_0notequal) return unary(op);
    if (op == op_within) return within();
    return binary(op);
}

// Operands have at most 4 bytes, so nothing here overflows; results may have 5, which later
// arithmetic refuses.
ScriptError Machine::unary(Opcode op) {
    if (stack_.empty()) return ScriptError::invalid_stack_operation;
    const auto value = number(0);
    if (!value) return ScriptError::unknown_error;
    std::int64_t result = *value;
    switch (op) {
        case op_1add:
            ++result;
            break;
        case op_1sub:
            --result;
            break;
        case op_negate:
            result = -result;
            break;
        case op_abs:
            result = std::abs(result);
            break;
        case op_not:
            result = result == 0;
            break;
        case op_0notequal:
            result = result != 0;
            break;
        default:
            return ScriptError::bad_opcode;
    }
    top() = Element::number(result);
    return ScriptError::ok;
}

ScriptError Machine::binary(Opcode op) {
    if (stack_.size() < 2) return ScriptError::invalid_stack_operation;
    const auto first = number(1);
    const auto second = number(0);
    if (!first || !second) return ScriptError::unknown_error;
    const std::int64_t a = *first;
    const std::int64_t b = *second;
    std::int64_t result = 0;
    switch (op) {
        case op_add:
            result = a + b;
            break;
        case op_sub:
            result = a - b;
            break;
        case op_booland:
            result = a != 0 && b != 0;
            break;
        case op_boolor:
            result = a != 0 || b != 0;
            break;
        case op_numequal:
        case op_numequalverify:
            result = a == b;
            break;
        case op_numnotequal:
            result = a != b;
            break;
        case op_lessthan:
            result = a < b;
            break;
        case op_greaterthan:
            result = a > b;
            break;
        case op_lessthanorequal:
            result = a <= b;
            break;
        case op_greaterthanorequal:
            result = a >= b;
            break;
        case op_min:
            result = std::min(a, b);
            break;
        case op_max:
            result = std::max(a, b);
            break;
        default:
            return ScriptError::bad_opcode;
    }
    replace(2, Element::number(result));
    if (op == op_numequalverify) {
        if (result == 0) return ScriptError::numequalverify;
        pop();
    }
    return ScriptError::ok;
}

ScriptError Machine::within() {
    if (stack_.size() < 3) return ScriptError::invalid_stack_operation;
    const auto value = number(2);
    const auto low = number(1);
    const auto high = number(0);
    if (!value || !low || !high) return ScriptError::unknown_error;
    replace(3, Element::boolean(*low <= *value && *value < *high));
    return ScriptError::ok;
}

}  // namespace daler::script
