#pragma once

#include "signature_checker.h"
#include "stack.h"

#include <daler/script/limits.h>
#include <daler/script/script_reader.h>

namespace daler::script {

/// Whether the current instruction is executed: all branches around it are taken. Time and memory
/// do not depend on the depth of nesting.
class Conditions {
public:
    [[nodiscard]] bool empty() const { return depth_ == 0; }
    [[nodiscard]] bool all_true() const { return first_false_ == none; }
    void push(bool value) {
        if (!value && all_true()) first_false_ = depth_;
        ++depth_;
    }
    void pop() {
        --depth_;
        if (first_false_ == depth_) first_false_ = none;
    }
    /// OP_ELSE: changes the result only if all branches around the innermost one are taken.
    void toggle() {
        if (all_true())
            first_false_ = depth_ - 1;
        else if (first_false_ == depth_ - 1)
            first_false_ = none;
    }

private:
    static constexpr std::size_t none = ~std::size_t{0};

    std::size_t depth_ = 0;
    std::size_t first_false_ = none;
};

/// State of a tapscript besides its input.
struct TapscriptState {
    Hash256 leaf_hash;
    std::optional<ByteSpan> annex;
    std::int64_t weight_left;  ///< for signatures: 50 each (BIP 342)
};

/// Where CHECKMULTISIG finds its keys and signatures, as depths below the top.
struct MultisigArguments {
    std::size_t keys;
    std::size_t signatures;

    [[nodiscard]] std::size_t first_key() const { return 1; }
    [[nodiscard]] std::size_t first_signature() const { return keys + 2; }
    /// Both counts, keys and signatures, without the extra element below them.
    [[nodiscard]] std::size_t size() const { return keys + signatures + 2; }
};

/// Runs one script on a stack. The opcodes are implemented in machine_*.cpp, by family.
class Machine {
public:
    /// `script` and `stack` must outlive the machine; `script` must also outlive the elements left
    /// on the stack. `tapscript` is set for SigVersion::tapscript only.
    Machine(const InputToVerify& input, SigVersion version, ByteSpan script, Stack& stack,
            TapscriptState* tapscript = nullptr)
        : input_(input),
          version_(version),
          script_(script),
          code_(script),
          stack_(stack),
          tapscript_(tapscript) {}

    [[nodiscard]] ScriptError run();

private:
    ScriptError step(const Instruction& instruction);
    ScriptError push(const Instruction& instruction);
    ScriptError execute(Opcode op);

    ScriptError flow_control(Opcode op);
    ScriptError begin_branch(Opcode op);
    ScriptError verify_top();

    ScriptError stack_operation(Opcode op);
    /// Those that only copy, move or remove elements. Requires: there are enough.
    ScriptError rearrange(Opcode op);
    ScriptError pick_or_roll(Opcode op);
    ScriptError compare(Opcode op);

    ScriptError arithmetic(Opcode op);
    ScriptError unary(Opcode op);
    ScriptError binary(Opcode op);
    ScriptError within();

    ScriptError crypto_operation(Opcode op);
    ScriptError hash_top(Opcode op);
    ScriptError checksig(Opcode op);
    ScriptError checksigadd();
    ScriptError check_one_signature(ByteSpan signature, ByteSpan key, bool& valid);
    ScriptError check_ecdsa_signature(ByteSpan signature, ByteSpan key, bool& valid);
    ScriptError check_tapscript_signature(ByteSpan signature, ByteSpan key, bool& valid);
    ScriptError checkmultisig(Opcode op);
    ScriptError run_multisig(const MultisigArguments& arguments, bool& valid);
    ScriptError drop_multisig(const MultisigArguments& arguments, bool valid);

    ScriptError reserved_operation(Opcode op);
    ScriptError check_lock_time();
    ScriptError check_sequence();

    [[nodiscard]] bool has(Flags flag) const { return (input_.flags & flag) != 0; }
    [[nodiscard]] bool counts_operations() const { return version_ != SigVersion::tapscript; }
    /// The element `depth` below the top. Requires that it is there.
    [[nodiscard]] Element& top(std::size_t depth = 0) { return stack_[stack_.size() - 1 - depth]; }
    /// That element as a number; nothing if it is not one.
    [[nodiscard]] std::optional<std::int64_t> number(std::size_t depth,
                                                     std::size_t max_size = max_number_size) {
        return decode_number(top(depth).bytes(), has(verify_minimaldata), max_size);
    }
    void pop(std::size_t count = 1) { stack_.resize(stack_.size() - count); }
    /// Replaces the `count` topmost elements by one.
    void replace(std::size_t count, const Element& element) {
        pop(count - 1);
        stack_.back() = element;
    }

    const InputToVerify& input_;
    const SigVersion version_;
    const ByteSpan script_;
    ByteSpan code_;  ///< the script from the last executed OP_CODESEPARATOR on
    Stack& stack_;
    Stack alt_stack_;
    TapscriptState* const tapscript_;
    Conditions conditions_;
    SighashMemo memo_;
    ByteSpan rest_;               ///< the script after the current instruction
    int operations_ = 0;          ///< counted against max_operations
    std::uint32_t position_ = 0;  ///< of the current instruction, counted in instructions
    std::uint32_t code_separator_ = 0xffffffff;  ///< position of the last one executed
};

}  // namespace daler::script
