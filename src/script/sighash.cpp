#include <daler/script/script_reader.h>
#include <daler/script/sighash.h>
#include <daler/util/ensure.h>

#include <algorithm>

namespace daler::script {
namespace {

// The low bits of the hash types before taproot.
constexpr std::uint32_t base_type_mask = 0x1f;

struct HashType {
    explicit HashType(std::uint32_t type)
        : none((type & base_type_mask) == sighash_none),
          single((type & base_type_mask) == sighash_single),
          anyonecanpay((type & sighash_anyonecanpay) != 0) {}

    bool none;
    bool single;
    bool anyonecanpay;
};

// Script code of legacy signatures: without its OP_CODESEPARATORs.
void write_script_code(ByteWriter& writer, ByteSpan code) {
    if (std::ranges::find(code, std::uint8_t{op_codeseparator}) == code.end()) {
        writer.sized_bytes(code);
        return;
    }
    Bytes kept;
    kept.reserve(code.size());
    ScriptReader reader(code);
    ByteSpan before = code;
    while (const auto instruction = reader.next()) {
        const auto taken = before.first(before.size() - reader.rest().size());
        if (instruction->opcode != op_codeseparator)
            kept.insert(kept.end(), taken.begin(), taken.end());
        before = reader.rest();
    }
    // Bytes that do not parse are kept: the script fails when it reaches them.
    kept.insert(kept.end(), before.begin(), before.end());
    writer.sized_bytes(kept);
}

void write_legacy_inputs(ByteWriter& writer, const Transaction& tx, std::uint32_t index,
                         ByteSpan script_code, HashType type) {
    writer.compact_size(type.anyonecanpay ? 1 : tx.inputs.size());
    for (std::size_t i = 0; i < tx.inputs.size(); ++i) {
        const bool signing = i == index;
        if (type.anyonecanpay && !signing) continue;
        write(writer, tx.inputs[i].prevout);
        if (signing)
            write_script_code(writer, script_code);
        else
            writer.u8(0);
        // Others may still be replaced if their outputs are not signed.
        const bool sequence_signed = signing || !(type.none || type.single);
        writer.u32(sequence_signed ? tx.inputs[i].sequence : 0);
    }
}

void write_legacy_outputs(ByteWriter& writer, const Transaction& tx, std::uint32_t index,
                          HashType type) {
    if (type.none) {
        writer.compact_size(0);
    } else if (type.single) {
        writer.compact_size(std::size_t{index} + 1);
        for (std::uint32_t i = 0; i < index; ++i) {
            writer.i64(-1);
            writer.u8(0);
        }
        write(writer, tx.outputs[index]);
    } else {
        writer.compact_size(tx.outputs.size());
        for (const auto& output : tx.outputs)
            write(writer, output);
    }
}

Hash256 hash_of(const ByteWriter& writer) {
    return {crypto::sha256(writer.view())};
}

Hash256 hash_prevouts(const Transaction& tx) {
    ByteWriter writer(36 * tx.inputs.size());
    for (const auto& input : tx.inputs)
        write(writer, input.prevout);
    return hash_of(writer);
}

Hash256 hash_sequences(const Transaction& tx) {
    ByteWriter writer(4 * tx.inputs.size());
    for (const auto& input : tx.inputs)
        writer.u32(input.sequence);
    return hash_of(writer);
}

Hash256 hash_outputs(const Transaction& tx) {
    ByteWriter writer(48 * tx.outputs.size());
    for (const auto& output : tx.outputs)
        write(writer, output);
    return hash_of(writer);
}

Hash256 hash_amounts(std::span<const TxOutput> spent) {
    ByteWriter writer(8 * spent.size());
    for (const auto& output : spent)
        writer.i64(output.value.satoshis());
    return hash_of(writer);
}

Hash256 hash_scripts(std::span<const TxOutput> spent) {
    ByteWriter writer(36 * spent.size());
    for (const auto& output : spent)
        writer.sized_bytes(output.script_pubkey.bytes());
    return hash_of(writer);
}

// The form of the script decides which kinds of signatures it can need.
bool may_be_taproot(const TxOutput& spent) {
    const auto& script = spent.script_pubkey;
    return script.size() == 34 && script[0] == op_1;
}
bool may_be_segwit_v0(const TxOutput& spent) {
    const auto& script = spent.script_pubkey;
    return !script.empty() && (script[0] == op_0 || script[0] == op_hash160);
}

Hash256 hash_again(const Hash256& hash) {
    return {crypto::sha256(hash.bytes)};
}

}  // namespace

PrecomputedHashes::PrecomputedHashes(const Transaction& tx, std::vector<TxOutput> spent)
    : spent_outputs(std::move(spent)) {
    const bool all_known = !spent_outputs.empty();
    ensure(!all_known || spent_outputs.size() == tx.inputs.size());
    const bool taproot = all_known && std::ranges::any_of(spent_outputs, may_be_taproot);
    const bool segwit_v0 = !all_known || std::ranges::any_of(spent_outputs, may_be_segwit_v0);
    if (!taproot && !segwit_v0) return;

    prevouts = hash_prevouts(tx);
    sequences = hash_sequences(tx);
    outputs = hash_outputs(tx);
    if (segwit_v0) {
        prevouts_double = hash_again(prevouts);
        sequences_double = hash_again(sequences);
        outputs_double = hash_again(outputs);
    }
    if (taproot) {
        amounts = hash_amounts(spent_outputs);
        scripts = hash_scripts(spent_outputs);
    }
}

PrecomputedHashes::PrecomputedHashes(const Transaction& tx, std::span<const TxOutput> spent)
    : PrecomputedHashes(tx, std::vector<TxOutput>(spent.begin(), spent.end())) {}

Hash256 legacy_sighash(const Transaction& tx, std::uint32_t index, ByteSpan script_code,
                       std::uint32_t hash_type) {
    ensure(index < tx.inputs.size());
    const HashType type(hash_type);
    if (type.single && index >= tx.outputs.size()) {
        // An old bug that became a rule: the number one is signed.
        Hash256 one;
        one.bytes[0] = 1;
        return one;
    }
    ByteWriter writer(script_code.size() + 32 + 42 * (type.anyonecanpay ? 1 : tx.inputs.size()) +
                      48 * tx.outputs.size());
    writer.u32(tx.version);
    write_legacy_inputs(writer, tx, index, script_code, type);
    write_legacy_outputs(writer, tx, index, type);
    writer.u32(tx.lock_time);
    writer.u32(hash_type);
    return {crypto::sha256d(writer.view())};
}

Hash256 segwit_v0_sighash(const Transaction& tx, std::uint32_t index, ByteSpan script_code,
                          Amount value, std::uint32_t hash_type, const PrecomputedHashes& hashes) {
    ensure(index < tx.inputs.size());
    const HashType type(hash_type);
    const auto& input = tx.inputs[index];
    const bool all_outputs = !type.none && !type.single;

    Hash256 outputs;
    if (all_outputs) {
        outputs = hashes.outputs_double;
    } else if (type.single && index < tx.outputs.size()) {
        ByteWriter output(64);
        write(output, tx.outputs[index]);
        outputs = {crypto::sha256d(output.view())};
    }

    ByteWriter writer(165 + script_code.size());
    writer.u32(tx.version);
    writer.bytes((type.anyonecanpay ? Hash256{} : hashes.prevouts_double).bytes);
    writer.bytes((type.anyonecanpay || !all_outputs ? Hash256{} : hashes.sequences_double).bytes);
    write(writer, input.prevout);
    writer.sized_bytes(script_code);
    writer.i64(value.satoshis());
    writer.u32(input.sequence);
    writer.bytes(outputs.bytes);
    writer.u32(tx.lock_time);
    writer.u32(hash_type);
    return {crypto::sha256d(writer.view())};
}

}  // namespace daler::script
