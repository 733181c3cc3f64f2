#include <daler/script/script_reader.h>
#include <daler/script/standard.h>

namespace daler::script {
namespace {

constexpr unsigned sigops_of_unknown_multisig = 20;

// The last push of a script. Nothing if the script has other instructions, or does not parse.
std::optional<ByteSpan> last_push(ByteSpan script) {
    ScriptReader reader(script);
    ByteSpan last;
    while (const auto instruction = reader.next()) {
        if (instruction->opcode > op_16) return std::nullopt;
        last = instruction->data;
    }
    if (reader.failed()) return std::nullopt;
    return last;
}

unsigned program_sigops(const WitnessProgram& program, const std::vector<Bytes>& witness) {
    if (program.version != 0) return 0;
    if (program.program.size() == 20) return 1;
    if (program.program.size() == 32 && !witness.empty()) return count_sigops(witness.back(), true);
    return 0;
}

}  // namespace

unsigned count_sigops(ByteSpan script, bool accurate) {
    unsigned count = 0;
    Opcode previous = op_invalidopcode;
    ScriptReader reader(script);
    while (const auto instruction = reader.next()) {
        const auto op = instruction->opcode;
        if (op == op_checksig || op == op_checksigverify) {
            ++count;
        } else if (op == op_checkmultisig || op == op_checkmultisigverify) {
            const bool known = accurate && previous >= op_1 && previous <= op_16;
            count +=
                known ? static_cast<unsigned>(*small_number(previous)) : sigops_of_unknown_multisig;
        }
        previous = op;
    }
    return count;
}

unsigned count_p2sh_sigops(ByteSpan script_pubkey, ByteSpan script_sig) {
    if (!is_pay_to_script_hash(script_pubkey)) return 0;
    const auto redeem_script = last_push(script_sig);
    return redeem_script ? count_sigops(*redeem_script, true) : 0;
}

unsigned count_witness_sigops(ByteSpan script_pubkey, ByteSpan script_sig,
                              const std::vector<Bytes>& witness) {
    if (const auto program = witness_program(script_pubkey))
        return program_sigops(*program, witness);
    if (!is_pay_to_script_hash(script_pubkey)) return 0;
    const auto redeem_script = last_push(script_sig);
    const auto program = redeem_script ? witness_program(*redeem_script) : std::nullopt;
    return program ? program_sigops(*program, witness) : 0;
}

}  // namespace daler::script
