#include <daler/script/sighash.h>
#include <daler/util/ensure.h>

namespace daler::script {
namespace {

constexpr std::uint8_t epoch = 0;
constexpr std::uint8_t tapscript_key_version = 0;
constexpr std::uint8_t output_mask = 0x03;

bool is_defined(std::uint8_t hash_type) {
    return (hash_type & ~sighash_anyonecanpay) <= sighash_single &&
           hash_type != sighash_anyonecanpay;
}

Hash256 annex_hash(ByteSpan annex) {
    ByteWriter writer(annex.size() + 9);
    writer.sized_bytes(annex);
    return {crypto::sha256(writer.view())};
}

Hash256 output_hash(const TxOutput& output) {
    ByteWriter writer(64);
    write(writer, output);
    return {crypto::sha256(writer.view())};
}

}  // namespace

std::optional<Hash256> taproot_sighash(const Transaction& tx, std::uint32_t index,
                                       std::uint8_t hash_type, const PrecomputedHashes& hashes,
                                       std::optional<ByteSpan> annex,
                                       const std::optional<TapscriptContext>& tapscript) {
    ensure(index < tx.inputs.size() && hashes.spent_outputs.size() == tx.inputs.size());
    if (!is_defined(hash_type)) return std::nullopt;
    const bool anyonecanpay = (hash_type & sighash_anyonecanpay) != 0;
    const std::uint8_t outputs =
        hash_type == sighash_default ? sighash_all : hash_type & output_mask;
    if (outputs == sighash_single && index >= tx.outputs.size()) return std::nullopt;

    // The tag is hashed as the first block of the message: one pass over one buffer.
    static const auto tag = crypto::sha256(as_bytes("TapSighash"));
    ByteWriter writer(64 + 256);
    writer.bytes(tag);
    writer.bytes(tag);

    writer.u8(epoch);
    writer.u8(hash_type);
    writer.u32(tx.version);
    writer.u32(tx.lock_time);
    if (!anyonecanpay) {
        writer.bytes(hashes.prevouts.bytes);
        writer.bytes(hashes.amounts.bytes);
        writer.bytes(hashes.scripts.bytes);
        writer.bytes(hashes.sequences.bytes);
    }
    if (outputs == sighash_all) writer.bytes(hashes.outputs.bytes);

    writer.u8(static_cast<std::uint8_t>((tapscript ? 2 : 0) + (annex ? 1 : 0)));
    if (anyonecanpay) {
        write(writer, tx.inputs[index].prevout);
        write(writer, hashes.spent_outputs[index]);
        writer.u32(tx.inputs[index].sequence);
    } else {
        writer.u32(index);
    }
    if (annex) writer.bytes(annex_hash(*annex).bytes);
    if (outputs == sighash_single) writer.bytes(output_hash(tx.outputs[index]).bytes);

    if (tapscript) {
        writer.bytes(tapscript->leaf_hash.bytes);
        writer.u8(tapscript_key_version);
        writer.u32(tapscript->code_separator);
    }
    return Hash256{crypto::sha256(writer.view())};
}

}  // namespace daler::script
