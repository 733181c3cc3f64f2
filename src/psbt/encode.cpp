#include <daler/encoding/base64.h>
#include <daler/psbt/psbt.h>

#include "field_types.h"

namespace daler::psbt {
namespace {

Bytes origin_bytes(const KeyOrigin& origin) {
    ByteWriter writer;
    writer.bytes(origin.fingerprint);
    for (const std::uint32_t step : origin.path)
        writer.u32(step);
    return writer.take();
}

Bytes output_bytes(const TxOutput& output) {
    ByteWriter writer;
    write(writer, output);
    return writer.take();
}

Bytes witness_bytes(const Witness& witness) {
    ByteWriter writer;
    writer.compact_size(witness.size());
    for (const auto& item : witness)
        writer.sized_bytes(item);
    return writer.take();
}

Bytes number_bytes(std::int32_t number) {
    ByteWriter writer;
    writer.i32(number);
    return writer.take();
}

Bytes tree_bytes(const std::vector<TreeLeaf>& tree) {
    ByteWriter writer;
    for (const auto& leaf : tree) {
        writer.u8(leaf.depth);
        writer.u8(leaf.version);
        writer.sized_bytes(leaf.script.bytes());
    }
    return writer.take();
}

/// Writes fields: length, type and data of the key, then length and bytes of the value.
class FieldWriter {
public:
    void bytes(ByteSpan data) { out_.bytes(data); }
    void field(std::uint8_t type, ByteSpan key_data, ByteSpan value) {
        out_.compact_size(1 + key_data.size());
        out_.u8(type);
        out_.bytes(key_data);
        out_.sized_bytes(value);
    }
    void field(std::uint8_t type, ByteSpan value) { field(type, {}, value); }
    void script(std::uint8_t type, const Script& script) {
        if (!script.empty()) field(type, script.bytes());
    }
    void unknown(const UnknownFields& fields) {
        for (const auto& [key, value] : fields) {
            out_.sized_bytes(key);
            out_.sized_bytes(value);
        }
    }
    void proprietary(const ProprietaryFields& fields) {
        for (const auto& [key, field] : fields) {
            out_.sized_bytes(key);
            out_.sized_bytes(field.value);
        }
    }
    template <class Hash>
    void preimages(std::uint8_t type, const std::map<Hash, Bytes>& preimages) {
        for (const auto& [hash, preimage] : preimages)
            field(type, hash, preimage);
    }
    void origins(std::uint8_t type, const std::map<crypto::PublicKey, KeyOrigin>& origins) {
        for (const auto& [key, origin] : origins)
            field(type, key.bytes(), origin_bytes(origin));
    }
    void taproot_origins(std::uint8_t type,
                         const std::map<crypto::XOnlyKey, TaprootOrigin>& origins) {
        for (const auto& [key, origin] : origins) {
            ByteWriter value;
            value.compact_size(origin.leaf_hashes.size());
            for (const auto& hash : origin.leaf_hashes)
                value.bytes(hash.bytes);
            value.bytes(origin_bytes(origin.origin));
            field(type, key.bytes, value.view());
        }
    }
    void end_map() { out_.u8(separator); }
    [[nodiscard]] Bytes take() { return out_.take(); }

private:
    ByteWriter out_;
};

void write_taproot(FieldWriter& writer, const Input& input) {
    if (!input.key_path_signature.empty())
        writer.field(input_type::key_path_signature, input.key_path_signature);
    for (const auto& [key, signature] : input.leaf_signatures) {
        Bytes key_data(key.key.bytes.begin(), key.key.bytes.end());
        key_data.insert(key_data.end(), key.leaf_hash.bytes.begin(), key.leaf_hash.bytes.end());
        writer.field(input_type::leaf_signature, key_data, signature);
    }
    for (const auto& [leaf, blocks] : input.leaf_scripts) {
        Bytes value = leaf.script;
        value.push_back(leaf.version);
        for (const auto& block : blocks)
            writer.field(input_type::leaf_script, block, value);
    }
    writer.taproot_origins(input_type::taproot_origin, input.taproot_origins);
    if (input.internal_key) writer.field(input_type::internal_key, input.internal_key->bytes);
    if (input.merkle_root) writer.field(input_type::merkle_root, input.merkle_root->bytes);
}

/// The fields that only signers need.
void write_parts(FieldWriter& writer, const Input& input) {
    for (const auto& [hash, made] : input.signatures)
        writer.field(input_type::signature, made.key.bytes(), made.signature);
    if (input.sighash_type)
        writer.field(input_type::sighash_type, number_bytes(*input.sighash_type));
    writer.script(input_type::redeem_script, input.redeem_script);
    writer.script(input_type::witness_script, input.witness_script);
    writer.origins(input_type::origin, input.origins);
    writer.preimages(input_type::ripemd160, input.preimages.ripemd160);
    writer.preimages(input_type::sha256, input.preimages.sha256);
    writer.preimages(input_type::hash160, input.preimages.hash160);
    writer.preimages(input_type::hash256, input.preimages.hash256);
    write_taproot(writer, input);
}

void write_input(FieldWriter& writer, const Input& input) {
    if (input.non_witness_utxo) {
        writer.field(input_type::non_witness_utxo,
                     daler::encode(*input.non_witness_utxo, WitnessMode::exclude));
    }
    if (input.witness_utxo)
        writer.field(input_type::witness_utxo, output_bytes(*input.witness_utxo));
    if (!input.is_final()) write_parts(writer, input);
    writer.script(input_type::final_script_sig, input.final_script_sig);
    if (!input.final_witness.empty())
        writer.field(input_type::final_witness, witness_bytes(input.final_witness));
    writer.proprietary(input.proprietary);
    writer.unknown(input.unknown);
    writer.end_map();
}

void write_output(FieldWriter& writer, const Output& output) {
    writer.script(output_type::redeem_script, output.redeem_script);
    writer.script(output_type::witness_script, output.witness_script);
    writer.origins(output_type::origin, output.origins);
    writer.proprietary(output.proprietary);
    if (output.internal_key) writer.field(output_type::internal_key, output.internal_key->bytes);
    if (!output.tree.empty()) writer.field(output_type::tree, tree_bytes(output.tree));
    writer.taproot_origins(output_type::taproot_origin, output.taproot_origins);
    writer.unknown(output.unknown);
    writer.end_map();
}

}  // namespace

Bytes encode(const Psbt& psbt) {
    FieldWriter writer;
    writer.bytes(magic);
    writer.field(global_type::unsigned_tx, daler::encode(psbt.tx, WitnessMode::exclude));
    for (const auto& [origin, keys] : psbt.extended_keys)
        for (const auto& key : keys)
            writer.field(global_type::extended_key, key, origin_bytes(origin));
    writer.proprietary(psbt.proprietary);
    writer.unknown(psbt.unknown);
    writer.end_map();
    for (const auto& input : psbt.inputs)
        write_input(writer, input);
    for (const auto& output : psbt.outputs)
        write_output(writer, output);
    return writer.take();
}

std::string to_base64(const Psbt& psbt) {
    return base64_encode(encode(psbt));
}

}  // namespace daler::psbt
