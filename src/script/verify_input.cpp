#include "machine.h"
#include "witness_program.h"

#include <daler/script/interpreter.h>
#include <daler/script/standard.h>
#include <daler/util/ensure.h>

namespace daler::script {
namespace {

/// Runs the scripts of one input.
class InputVerifier {
public:
    explicit InputVerifier(const InputToVerify& input)
        : input_(input),
          script_sig_(input.tx.inputs[input.index].script_sig.bytes()),
          script_pubkey_(input.spent.script_pubkey.bytes()) {}

    ScriptError verify();

private:
    ScriptError run(ByteSpan script);
    ScriptError verify_redeem_script();
    ScriptError verify_program(const WitnessProgram& program, bool in_p2sh);

    [[nodiscard]] bool has(Flags flag) const { return (input_.flags & flag) != 0; }

    const InputToVerify& input_;
    const ByteSpan script_sig_;
    const ByteSpan script_pubkey_;
    Element redeem_;  ///< the redeem script, which elements of the stack may point into
    Stack stack_;
    bool had_program_ = false;
};

ScriptError InputVerifier::verify() {
    if (has(verify_sigpushonly) && !is_push_only(script_sig_)) return ScriptError::sig_pushonly;
    const bool is_p2sh = has(verify_p2sh) && is_pay_to_script_hash(script_pubkey_);

    // The scripts run one after the other on the same stack, not as one script: an open branch or
    // push in script_sig cannot skip the conditions of script_pubkey.
    auto error = Machine(input_, SigVersion::base, script_sig_, stack_).run();
    if (error != ScriptError::ok) return error;
    Stack pushed;
    if (is_p2sh) pushed = stack_;
    error = run(script_pubkey_);
    if (error != ScriptError::ok) return error;

    if (has(verify_witness)) {
        if (const auto program = witness_program(script_pubkey_)) {
            if (!script_sig_.empty()) return ScriptError::witness_malleated;
            error = verify_program(*program, false);
            if (error != ScriptError::ok) return error;
        }
    }
    if (is_p2sh) {
        stack_ = std::move(pushed);
        error = verify_redeem_script();
        if (error != ScriptError::ok) return error;
    }
    if (has(verify_cleanstack) && stack_.size() != 1) return ScriptError::cleanstack;
    if (has(verify_witness) && !had_program_ && !input_.tx.inputs[input_.index].witness.empty())
        return ScriptError::witness_unexpected;
    return ScriptError::ok;
}

// Runs a script that must end with true on top.
ScriptError InputVerifier::run(ByteSpan script) {
    const auto error = Machine(input_, SigVersion::base, script, stack_).run();
    if (error != ScriptError::ok) return error;
    const bool accepted = !stack_.empty() && stack_.back().is_true();
    return accepted ? ScriptError::ok : ScriptError::eval_false;
}

// BIP 16: the last push of script_sig is a script, which runs on the other elements. The stack is
// the one after script_sig. It is not empty, because script_pubkey hashed its top.
ScriptError InputVerifier::verify_redeem_script() {
    if (!is_push_only(script_sig_)) return ScriptError::sig_pushonly;
    redeem_ = stack_.back();
    const auto redeem_script = redeem_.bytes();
    stack_.pop_back();
    auto error = run(redeem_script);
    if (error != ScriptError::ok) return error;

    if (!has(verify_witness)) return ScriptError::ok;
    if (const auto program = witness_program(redeem_script)) {
        Script only_redeem_script;
        push_bytes(only_redeem_script, redeem_script);
        if (!std::ranges::equal(script_sig_, only_redeem_script.bytes()))
            return ScriptError::witness_malleated_p2sh;
        error = verify_program(*program, true);
        if (error != ScriptError::ok) return error;
    }
    return ScriptError::ok;
}

ScriptError InputVerifier::verify_program(const WitnessProgram& program, bool in_p2sh) {
    had_program_ = true;
    const auto error = verify_witness_program(input_, program, in_p2sh);
    // The stack still holds the version and the program. The rule of one element was applied to
    // the witness's own stack.
    stack_.resize(1);
    return error;
}

}  // namespace

ScriptError verify_input(const InputToVerify& input) {
    ensure(input.index < input.tx.inputs.size());
    return InputVerifier(input).verify();
}

}  // namespace daler::script
