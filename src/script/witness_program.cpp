#include "witness_program.h"

#include "machine.h"

#include <daler/script/taproot.h>

#include <algorithm>

namespace daler::script {
namespace {

using Items = std::span<const Bytes>;

constexpr std::size_t key_hash_size = 20;
constexpr std::size_t script_hash_size = 32;
constexpr std::size_t taproot_key_size = 32;
constexpr std::uint8_t annex_tag = 0x50;
constexpr std::int64_t validation_weight_offset = 50;  // BIP 342: one free signature check

// The program of a pay-to-anchor output, with version 1.
constexpr std::array<std::uint8_t, 2> anchor_program{0x4e, 0x73};

ScriptError run_witness_script(const InputToVerify& input, SigVersion version, ByteSpan script,
                               Items items, TapscriptState* tapscript) {
    Stack stack;
    stack.reserve(items.size());
    for (const auto& item : items) {
        if (item.size() > max_element_size) return ScriptError::push_size;
        stack.push_back(Element::view(item));
    }
    const auto error = Machine(input, version, script, stack, tapscript).run();
    if (error != ScriptError::ok) return error;
    if (stack.size() != 1) return ScriptError::cleanstack;
    return stack.back().is_true() ? ScriptError::ok : ScriptError::eval_false;
}

ScriptError verify_script_hash(const InputToVerify& input, ByteSpan program, Items items) {
    if (items.empty()) return ScriptError::witness_program_witness_empty;
    const auto& script = items.back();
    if (!std::ranges::equal(crypto::sha256(script), program))
        return ScriptError::witness_program_mismatch;
    return run_witness_script(input, SigVersion::witness_v0, script, items.first(items.size() - 1),
                              nullptr);
}

ScriptError verify_key_hash(const InputToVerify& input, ByteSpan program, Items items) {
    if (items.size() != 2) return ScriptError::witness_program_mismatch;
    std::array<std::uint8_t, 25> script{op_dup, op_hash160, key_hash_size};
    std::ranges::copy(program, script.begin() + 3);
    script[23] = op_equalverify;
    script[24] = op_checksig;
    return run_witness_script(input, SigVersion::witness_v0, script, items, nullptr);
}

std::int64_t witness_size(const Witness& witness) {
    std::size_t size = compact_size_length(witness.size());
    for (const auto& item : witness)
        size += compact_size_length(item.size()) + item.size();
    return static_cast<std::int64_t>(size);
}

// OP_SUCCESS makes a script valid before other rules are checked, even if the bytes after it do
// not parse. Nothing if there is none.
std::optional<ScriptError> find_op_success(ByteSpan script, Flags flags) {
    ScriptReader reader(script);
    while (const auto instruction = reader.next()) {
        if (!is_op_success(instruction->opcode)) continue;
        return (flags & verify_discourage_op_success) ? ScriptError::discourage_op_success
                                                      : ScriptError::ok;
    }
    if (reader.failed()) return ScriptError::bad_opcode;
    return std::nullopt;
}

ScriptError verify_tapscript(const InputToVerify& input, ByteSpan script, Items items,
                             TapscriptState& state) {
    if (const auto verdict = find_op_success(script, input.flags)) return *verdict;
    if (items.size() > max_stack_size) return ScriptError::stack_size;
    return run_witness_script(input, SigVersion::tapscript, script, items, &state);
}

ScriptError verify_taproot_spend(const InputToVerify& input, ByteSpan program,
                                 const Witness& witness) {
    Items items(witness);
    if (items.empty()) return ScriptError::witness_program_witness_empty;
    std::optional<ByteSpan> annex;
    if (items.size() >= 2 && !items.back().empty() && items.back()[0] == annex_tag) {
        annex = items.back();
        items = items.first(items.size() - 1);
    }
    if (items.size() == 1) return check_schnorr(input, items[0], program, annex, std::nullopt);

    const ByteSpan script = items[items.size() - 2];
    const auto control = ControlBlock::parse(items.back());
    if (!control) return ScriptError::taproot_wrong_control_size;
    const auto leaf = tap_leaf_hash(control->leaf_version, script);
    if (!control->proves(leaf, *crypto::XOnlyKey::from_bytes(program)))
        return ScriptError::witness_program_mismatch;
    if (control->leaf_version != tapscript_leaf_version) {
        return (input.flags & verify_discourage_upgradable_taproot_version)
                   ? ScriptError::discourage_upgradable_taproot_version
                   : ScriptError::ok;
    }
    TapscriptState state{leaf, annex, witness_size(witness) + validation_weight_offset};
    return verify_tapscript(input, script, items.first(items.size() - 2), state);
}

}  // namespace

ScriptError verify_witness_program(const InputToVerify& input, const WitnessProgram& program,
                                   bool in_p2sh) {
    const auto& witness = input.tx.inputs[input.index].witness;
    const auto size = program.program.size();
    if (program.version == 0) {
        if (size == script_hash_size) return verify_script_hash(input, program.program, witness);
        if (size == key_hash_size) return verify_key_hash(input, program.program, witness);
        return ScriptError::witness_program_wrong_length;
    }
    if (program.version == 1 && !in_p2sh) {
        if (size == taproot_key_size) {
            return (input.flags & verify_taproot)
                       ? verify_taproot_spend(input, program.program, witness)
                       : ScriptError::ok;
        }
        if (std::ranges::equal(program.program, anchor_program)) return ScriptError::ok;
    }
    return (input.flags & verify_discourage_upgradable_witness_program)
               ? ScriptError::discourage_upgradable_witness_program
               : ScriptError::ok;
}

}  // namespace daler::script
