#include <daler/encoding/base64.h>
#include <daler/psbt/psbt.h>
#include <daler/script/taproot.h>

#include <fmt/format.h>

#include "decode_input.h"
#include "field_reader.h"
#include "field_types.h"

namespace daler::psbt {
namespace {

FieldResult read_unsigned_tx(const Field& field, std::optional<Transaction>& tx) {
    if (auto single = expect_single(field, "unsigned tx", "Global unsigned tx key"); !single)
        return single;
    auto decoded = decode_transaction(field.value, WitnessMode::exclude);
    if (!decoded) return wrong_size();
    for (const auto& input : decoded->inputs) {
        if (input.script_sig.empty()) continue;
        return malformed("Unsigned tx does not have empty scriptSigs and scriptWitnesses.");
    }
    tx = std::move(*decoded);
    return {};
}

/// Whether an extended key is well formed (BIP 32), of whatever chain.
bool is_extended_key(const crypto::ExtendedKeyBytes& bytes) {
    crypto::KeyVersion version;
    std::copy_n(bytes.begin(), version.size(), version.begin());
    return crypto::ExtendedPublicKey::decode(bytes, version).has_value();
}

FieldResult read_extended_key(const Field& field, ExtendedKeys& keys) {
    crypto::ExtendedKeyBytes key;
    if (field.key_data.size() != key.size())
        return malformed("Size of key was not the expected size for the type global xpub");
    std::ranges::copy(field.key_data, key.begin());
    if (!is_extended_key(key)) return malformed("Invalid pubkey");
    for (const auto& [origin, known] : keys)
        if (known.contains(key)) return malformed("Duplicate key, global xpub already provided");
    auto origin = read_origin(field.value);
    if (!origin) return fail(std::move(origin.error()));
    keys[std::move(*origin)].insert(key);
    return {};
}

FieldResult read_version(const Field& field, std::optional<std::uint32_t>& version) {
    if (auto single = expect_single(field, "version", "Global version key"); !single) return single;
    ByteReader reader(field.value);
    version = reader.u32();
    if (reader.finish() != DecodeError::none) return wrong_size();
    if (*version > highest_version) return malformed("Unsupported version number");
    return {};
}

FieldResult read_global(ByteReader& reader, Psbt& psbt) {
    FieldReader fields(reader);
    std::optional<Transaction> tx;
    for (;;) {
        const auto next = fields.next("Separator is missing at the end of the global map");
        if (!next) return fail(next.error());
        if (!*next) break;
        const Field& field = **next;
        FieldResult result;
        if (field.type == global_type::unsigned_tx)
            result = read_unsigned_tx(field, tx);
        else if (field.type == global_type::extended_key)
            result = read_extended_key(field, psbt.extended_keys);
        else if (field.type == global_type::version)
            result = read_version(field, psbt.version);
        else if (field.type == global_type::proprietary)
            result = add_proprietary(field, psbt.proprietary);
        else
            result = add_unknown(field, psbt.unknown);
        if (!result) return result;
    }
    if (!tx) return malformed("No unsigned transaction was provided");
    psbt.tx = std::move(*tx);
    return {};
}

/// Whether leaves at these depths, from left to right, form one tree.
bool is_tree(const std::vector<TreeLeaf>& leaves) {
    std::vector<unsigned> open;  // depths of finished parts, from left to right
    for (const auto& leaf : leaves) {
        unsigned depth = leaf.depth;
        while (!open.empty() && open.back() == depth) {
            if (depth == 0) return false;
            open.pop_back();
            --depth;
        }
        if (!open.empty() && open.back() > depth) return false;
        open.push_back(depth);
    }
    return open == std::vector<unsigned>{0};
}

FieldResult read_tree(const Field& field, std::vector<TreeLeaf>& tree) {
    if (auto single = expect_single(field, "output Taproot tree", "Output Taproot tree key");
        !single) {
        return single;
    }
    if (field.value.empty()) return malformed("Output Taproot tree must not be empty");
    ByteReader reader(field.value);
    while (!reader.remaining().empty()) {
        TreeLeaf leaf{reader.u8(), reader.u8(), Script(reader.sized_bytes())};
        if (!reader.ok()) return malformed("SpanReader::read(): end of data");
        if (leaf.depth > script::max_taproot_depth)
            return malformed("Output Taproot tree has as leaf greater than Taproot maximum depth");
        if (leaf.version % 2 != 0)
            return malformed("Output Taproot tree has a leaf with an invalid leaf version");
        tree.push_back(std::move(leaf));
    }
    if (!is_tree(tree)) return malformed("Output Taproot tree is malformed");
    return {};
}

FieldResult read_output_field(const Field& field, Output& output) {
    switch (field.type) {
        case output_type::redeem_script:
            return read_script(field, "output redeemScript", "Output redeemScript key",
                               output.redeem_script);
        case output_type::witness_script:
            return read_script(field, "output witnessScript", "Output witnessScript key",
                               output.witness_script);
        case output_type::origin:
            return add_origin(field, output.origins);
        case output_type::internal_key:
            return read_internal_key(field, "output", output.internal_key);
        case output_type::tree:
            return read_tree(field, output.tree);
        case output_type::taproot_origin:
            return add_taproot_origin(field, "output", output.taproot_origins);
        case output_type::proprietary:
            return add_proprietary(field, output.proprietary);
        default:
            return add_unknown(field, output.unknown);
    }
}

Result<Output, std::string> read_output_map(ByteReader& reader) {
    FieldReader fields(reader);
    Output out;
    for (;;) {
        const auto next = fields.next("Separator is missing at the end of an output map");
        if (!next) return fail(next.error());
        if (!*next) return out;
        if (auto result = read_output_field(**next, out); !result)
            return fail(std::move(result.error()));
    }
}

/// Whether the previous transaction of an input is the right one.
FieldResult check_previous(const Input& input, const OutPoint& prevout) {
    if (!input.non_witness_utxo) return {};
    if (input.non_witness_utxo->txid != prevout.txid)
        return malformed("Non-witness UTXO does not match outpoint hash");
    if (prevout.index >= input.non_witness_utxo->outputs.size())
        return malformed("Input specifies output index that does not exist");
    return {};
}

FieldResult read_inputs(ByteReader& reader, Psbt& psbt) {
    for (const auto& spending : psbt.tx.inputs) {
        if (reader.remaining().empty())
            return malformed("Inputs provided does not match the number of inputs in transaction.");
        auto input = read_input_map(reader);
        if (!input) return fail(std::move(input.error()));
        if (auto right = check_previous(*input, spending.prevout); !right) return right;
        psbt.inputs.push_back(std::move(*input));
    }
    return {};
}

FieldResult read_outputs(ByteReader& reader, Psbt& psbt) {
    for (std::size_t left = psbt.tx.outputs.size(); left > 0; --left) {
        if (reader.remaining().empty()) {
            return malformed(
                "Outputs provided does not match the number of outputs in transaction.");
        }
        auto output = read_output_map(reader);
        if (!output) return fail(std::move(output.error()));
        psbt.outputs.push_back(std::move(*output));
    }
    return {};
}

}  // namespace

Result<Psbt, std::string> decode(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto start = reader.array<magic.size()>();
    if (!reader.ok()) return malformed("DataStream::read(): end of data");
    if (start != magic) return malformed("Invalid PSBT magic bytes");
    Psbt out;
    for (const auto& read : {read_global, read_inputs, read_outputs})
        if (auto result = read(reader, out); !result) return fail(std::move(result.error()));
    if (!reader.remaining().empty()) return fail(std::string("extra data after PSBT"));
    return out;
}

Result<Psbt, std::string> from_base64(std::string_view text) {
    const auto bytes = base64_decode(text);
    if (!bytes) return fail(std::string("invalid base64"));
    return decode(*bytes);
}

}  // namespace daler::psbt
