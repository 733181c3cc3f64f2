#include <daler/script/limits.h>
#include <daler/script/script_number.h>
#include <daler/script/script_reader.h>
#include <daler/script/standard.h>
#include <daler/util/ensure.h>

#include <algorithm>

namespace daler::script {
namespace {

Bytes copy(ByteSpan bytes) {
    return {bytes.begin(), bytes.end()};
}

bool has_key_size(ByteSpan data) {
    return crypto::PublicKey::from_bytes(data).has_value();
}

// <key> OP_CHECKSIG
std::optional<ByteSpan> match_pubkey(ByteSpan script) {
    for (const auto size :
         {crypto::PublicKey::compressed_size, crypto::PublicKey::uncompressed_size}) {
        if (script.size() == size + 2 && script[0] == size && script.back() == op_checksig &&
            has_key_size(script.subspan(1, size))) {
            return script.subspan(1, size);
        }
    }
    return std::nullopt;
}

std::optional<ByteSpan> match_pubkey_hash(ByteSpan script) {
    if (script.size() == 25 && script[0] == op_dup && script[1] == op_hash160 && script[2] == 20 &&
        script[23] == op_equalverify && script[24] == op_checksig) {
        return script.subspan(3, 20);
    }
    return std::nullopt;
}

// A count in a multisig script: OP_1 to OP_16, above that a minimal push.
std::optional<int> multisig_count(const Instruction& instruction, int at_least) {
    std::optional<std::int64_t> count;
    if (instruction.opcode >= op_1)
        count = small_number(instruction.opcode);
    else if (instruction.opcode > op_0 && instruction.pushes_data() && is_minimal_push(instruction))
        count = decode_number(instruction.data, true);
    if (!count || *count < at_least || *count > max_multisig_keys) return std::nullopt;
    return static_cast<int>(*count);
}

// <m> <key> ... <n> OP_CHECKMULTISIG
std::optional<Solution> match_multisig(ByteSpan script) {
    if (script.empty() || script.back() != op_checkmultisig) return std::nullopt;
    ScriptReader reader(script);
    auto instruction = reader.next();
    if (!instruction) return std::nullopt;
    const auto required = multisig_count(*instruction, 1);
    if (!required) return std::nullopt;

    Solution out{OutputType::multisig, {{static_cast<std::uint8_t>(*required)}}};
    int keys = 0;
    while ((instruction = reader.next()) && has_key_size(instruction->data)) {
        out.data.push_back(copy(instruction->data));
        ++keys;
    }
    if (!instruction) return std::nullopt;
    const auto announced = multisig_count(*instruction, *required);
    if (announced != keys || reader.rest().size() != 1) return std::nullopt;
    out.data.push_back({static_cast<std::uint8_t>(keys)});
    return out;
}

Solution solve_program(const WitnessProgram& program) {
    const auto size = program.program.size();
    if (program.version == 0) {
        if (size == 20) return {OutputType::witness_v0_key_hash, {copy(program.program)}};
        if (size == 32) return {OutputType::witness_v0_script_hash, {copy(program.program)}};
        return {};
    }
    if (program.version == 1 && size == 32)
        return {OutputType::witness_v1_taproot, {copy(program.program)}};
    if (program.version == 1 && size == 2 && program.program[0] == 0x4e &&
        program.program[1] == 0x73) {
        return {OutputType::anchor, {}};
    }
    return {OutputType::witness_unknown, {{program.version}, copy(program.program)}};
}

}  // namespace

std::string_view name(OutputType type) {
    switch (type) {
        case OutputType::nonstandard:
            return "nonstandard";
        case OutputType::anchor:
            return "anchor";
        case OutputType::pubkey:
            return "pubkey";
        case OutputType::pubkey_hash:
            return "pubkeyhash";
        case OutputType::script_hash:
            return "scripthash";
        case OutputType::multisig:
            return "multisig";
        case OutputType::null_data:
            return "nulldata";
        case OutputType::witness_v0_key_hash:
            return "witness_v0_keyhash";
        case OutputType::witness_v0_script_hash:
            return "witness_v0_scripthash";
        case OutputType::witness_v1_taproot:
            return "witness_v1_taproot";
        case OutputType::witness_unknown:
            return "witness_unknown";
    }
    ensure(false);
    return {};
}

Solution solve(ByteSpan script) {
    if (is_pay_to_script_hash(script))
        return {OutputType::script_hash, {copy(script.subspan(2, 20))}};
    if (const auto program = witness_program(script)) return solve_program(*program);
    if (!script.empty() && script[0] == op_return && is_push_only(script.subspan(1)))
        return {OutputType::null_data, {}};
    if (const auto key = match_pubkey(script)) return {OutputType::pubkey, {copy(*key)}};
    if (const auto hash = match_pubkey_hash(script))
        return {OutputType::pubkey_hash, {copy(*hash)}};
    return match_multisig(script).value_or(Solution{});
}

std::optional<WitnessProgram> witness_program(ByteSpan script) {
    if (script.size() < 4 || script.size() > 42) return std::nullopt;
    const auto version = small_number(static_cast<Opcode>(script[0]));
    if (!version || script[1] + std::size_t{2} != script.size()) return std::nullopt;
    return WitnessProgram{static_cast<std::uint8_t>(*version), script.subspan(2)};
}

bool is_pay_to_script_hash(ByteSpan script) {
    return script.size() == 23 && script[0] == op_hash160 && script[1] == 20 &&
           script[22] == op_equal;
}

bool is_unspendable(ByteSpan script) {
    return (!script.empty() && script[0] == op_return) || script.size() > max_script_size;
}

bool is_push_only(ByteSpan script) {
    ScriptReader reader(script);
    while (const auto instruction = reader.next())
        if (instruction->opcode > op_16) return false;
    return reader.at_end();
}

void push(Script& script, ByteSpan data) {
    if (data.size() == 1 && data[0] >= 1 && data[0] <= 16)
        script.append(small_number_opcode(data[0]));
    else if (data.size() == 1 && data[0] == 0x81)
        script.append(op_1negate);
    else
        push_bytes(script, data);
}

void push_bytes(Script& script, ByteSpan data) {
    const auto size = data.size();
    if (size < op_pushdata1) {
        script.append(static_cast<std::uint8_t>(size));
    } else if (size <= 0xff) {
        script.append(op_pushdata1);
        script.append(static_cast<std::uint8_t>(size));
    } else {
        const bool fits_two = size <= 0xffff;
        script.append(fits_two ? op_pushdata2 : op_pushdata4);
        for (unsigned shift = 0; shift < (fits_two ? 16u : 32u); shift += 8)
            script.append(static_cast<std::uint8_t>(size >> shift));
    }
    script.append(data);
}

void push_number(Script& script, std::int64_t number) {
    if (number == -1)
        script.append(op_1negate);
    else if (number >= 0 && number <= 16)
        script.append(small_number_opcode(static_cast<int>(number)));
    else
        push_bytes(script, encode_number(number).bytes());
}

Script pay_to_pubkey(const crypto::PublicKey& key) {
    Script script;
    push_bytes(script, key.bytes());
    script.append(op_checksig);
    return script;
}

Script pay_to_pubkey_hash(const crypto::Digest160& hash) {
    Script script;
    script.append(op_dup);
    script.append(op_hash160);
    push_bytes(script, hash);
    script.append(op_equalverify);
    script.append(op_checksig);
    return script;
}

Script pay_to_script_hash(const crypto::Digest160& hash) {
    Script script;
    script.append(op_hash160);
    push_bytes(script, hash);
    script.append(op_equal);
    return script;
}

Script pay_to_witness(std::uint8_t version, ByteSpan program) {
    ensure(version <= 16 && program.size() >= 2 && program.size() <= 40);
    Script script;
    script.append(small_number_opcode(version));
    push_bytes(script, program);
    return script;
}

Script pay_to_multisig(int required, std::span<const crypto::PublicKey> keys) {
    ensure(required >= 0 && keys.size() <= max_multisig_keys);
    Script script;
    push_number(script, required);
    for (const auto& key : keys)
        push_bytes(script, key.bytes());
    push_number(script, static_cast<std::int64_t>(keys.size()));
    script.append(op_checkmultisig);
    return script;
}

}  // namespace daler::script
