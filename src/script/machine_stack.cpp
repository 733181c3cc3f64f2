#include "machine.h"

#include <algorithm>

namespace daler::script {
namespace {

// How many stack elements an operation needs.
std::size_t elements_needed(Opcode op) {
    switch (op) {
        case op_depth:
        case op_fromaltstack:
            return 0;
        case op_2drop:
        case op_2dup:
        case op_nip:
        case op_over:
        case op_pick:
        case op_roll:
        case op_swap:
        case op_tuck:
        case op_equal:
        case op_equalverify:
            return 2;
        case op_3dup:
        case op_rot:
            return 3;
        case op_2over:
        case op_2swap:
            return 4;
        case op_2rot:
            return 6;
        default:
            return 1;
    }
}

}  // namespace

ScriptError Machine::stack_operation(Opcode op) {
    if (op == op_reserved1 || op == op_reserved2) return ScriptError::bad_opcode;
    if (stack_.size() < elements_needed(op)) return ScriptError::invalid_stack_operation;
    switch (op) {
        case op_toaltstack:
            alt_stack_.push_back(top());
            pop();
            break;
        case op_fromaltstack:
            if (alt_stack_.empty()) return ScriptError::invalid_altstack_operation;
            stack_.push_back(alt_stack_.back());
            alt_stack_.pop_back();
            break;
        case op_depth:
            stack_.push_back(Element::number(static_cast<std::int64_t>(stack_.size())));
            break;
        case op_size:
            stack_.push_back(Element::number(static_cast<std::int64_t>(top().size())));
            break;
        case op_ifdup:
            return top().is_true() ? rearrange(op_dup) : ScriptError::ok;
        case op_pick:
        case op_roll:
            return pick_or_roll(op);
        case op_equal:
        case op_equalverify:
            return compare(op);
        default:
            return rearrange(op);
    }
    return ScriptError::ok;
}

ScriptError Machine::rearrange(Opcode op) {
    // Pushes copies of the `count` elements that start `depth` below the top.
    const auto copy_up = [this](std::size_t depth, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const Element copied = top(depth);
            stack_.push_back(copied);
        }
    };
    // Rotates the `count` topmost elements: the lowest `by` of them move to the top.
    const auto rotate = [this](std::ptrdiff_t count, std::ptrdiff_t by) {
        std::rotate(stack_.end() - count, stack_.end() - count + by, stack_.end());
    };
    switch (op) {
        case op_2drop:
            pop(2);
            break;
        case op_2dup:
            copy_up(1, 2);
            break;
        case op_3dup:
            copy_up(2, 3);
            break;
        case op_2over:
            copy_up(3, 2);
            break;
        case op_2rot:
            rotate(6, 2);
            break;
        case op_2swap:
            rotate(4, 2);
            break;
        case op_drop:
            pop();
            break;
        case op_dup:
            copy_up(0, 1);
            break;
        case op_nip:
            rotate(2, 1);
            pop();
            break;
        case op_over:
            copy_up(1, 1);
            break;
        case op_rot:
            rotate(3, 1);
            break;
        case op_swap:
            rotate(2, 1);
            break;
        case op_tuck:
            rotate(2, 1);
            copy_up(1, 1);
            break;
        default:
            return ScriptError::bad_opcode;
    }
    return ScriptError::ok;
}

ScriptError Machine::pick_or_roll(Opcode op) {
    const auto depth = number(0);
    if (!depth) return ScriptError::unknown_error;
    pop();
    if (*depth < 0 || *depth >= static_cast<std::int64_t>(stack_.size()))
        return ScriptError::invalid_stack_operation;
    const auto position = stack_.end() - 1 - static_cast<std::ptrdiff_t>(*depth);
    if (op == op_roll) {
        std::rotate(position, position + 1, stack_.end());
    } else {
        const Element copied = *position;
        stack_.push_back(copied);
    }
    return ScriptError::ok;
}

ScriptError Machine::compare(Opcode op) {
    const bool equal = std::ranges::equal(top(0).bytes(), top(1).bytes());
    replace(2, Element::boolean(equal));
    if (op == op_equal) return ScriptError::ok;
    if (!equal) return ScriptError::equalverify;
    pop();
    return ScriptError::ok;
}

}  // namespace daler::script
