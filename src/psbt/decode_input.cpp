#include "decode_input.h"

#include <fmt/format.h>

#include "field_types.h"

namespace daler::psbt {
namespace {

constexpr std::size_t min_schnorr_size = 64;
constexpr std::size_t max_schnorr_size = 65;

Bytes value_of(const Field& field) {
    return {field.value.begin(), field.value.end()};
}

FieldResult read_previous(const Field& field, TransactionRef& previous) {
    if (auto single = expect_single(field, "input non-witness utxo", "Non-witness utxo key");
        !single) {
        return single;
    }
    auto tx = decode_transaction(field.value);
    if (!tx) return wrong_size();
    previous = seal(std::move(*tx));
    return {};
}

FieldResult read_witness_utxo(const Field& field, std::optional<TxOutput>& output) {
    if (auto single = expect_single(field, "input witness utxo", "Witness utxo key"); !single)
        return single;
    ByteReader reader(field.value);
    auto read = read_output(reader);
    if (reader.finish() != DecodeError::none) return wrong_size();
    // Bitcoin Core writes -1 for an output that does not exist.
    if (read.value != Amount{-1}) output = std::move(read);
    return {};
}

FieldResult read_signature(const Field& field,
                           std::map<crypto::Digest160, KeySignature>& signatures) {
    const std::size_t size = field.key_data.size();
    if (size != crypto::PublicKey::compressed_size &&
        size != crypto::PublicKey::uncompressed_size) {
        return malformed(
            "Size of key was not the expected size for the type partial signature pubkey");
    }
    const auto key = crypto::PublicKey::from_bytes(field.key_data);
    if (!key || !key->is_on_curve()) return malformed("Invalid pubkey");
    if (!field.is_new)
        return malformed("Duplicate Key, input partial signature for pubkey already provided");
    signatures.emplace(key->hash(), KeySignature{*key, value_of(field)});
    return {};
}

FieldResult read_sighash_type(const Field& field, std::optional<std::int32_t>& type) {
    if (auto single = expect_single(field, "input sighash type", "Sighash type key"); !single)
        return single;
    ByteReader reader(field.value);
    type = reader.i32();
    return reader.finish() == DecodeError::none ? FieldResult{} : wrong_size();
}

FieldResult read_final_witness(const Field& field, Witness& witness) {
    if (auto single = expect_single(field, "input final scriptWitness", "Final scriptWitness key");
        !single) {
        return single;
    }
    ByteReader reader(field.value);
    for (std::size_t left = reader.count(1); left > 0 && reader.ok(); --left) {
        const ByteSpan item = reader.sized_bytes();
        witness.emplace_back(item.begin(), item.end());
    }
    return reader.finish() == DecodeError::none ? FieldResult{} : wrong_size();
}

template <class Hash>
FieldResult read_preimage(const Field& field, std::string_view kind,
                          std::map<Hash, Bytes>& preimages) {
    Hash hash;
    if (field.key_data.size() != hash.size()) {
        return malformed(
            fmt::format("Size of key was not the expected size for the type {} preimage", kind));
    }
    if (!field.is_new)
        return malformed(fmt::format("Duplicate Key, input {} preimage already provided", kind));
    std::ranges::copy(field.key_data, hash.begin());
    preimages.emplace(hash, value_of(field));
    return {};
}

/// `path`: "key" or "script".
FieldResult check_schnorr_size(ByteSpan signature, std::string_view path) {
    const auto wrong = [path](std::string_view what, std::size_t limit) {
        return malformed(
            fmt::format("Input Taproot {} path signature is {} than {} bytes", path, what, limit));
    };
    if (signature.size() < min_schnorr_size) return wrong("shorter", min_schnorr_size);
    if (signature.size() > max_schnorr_size) return wrong("longer", max_schnorr_size);
    return {};
}

FieldResult read_key_path_signature(const Field& field, Bytes& signature) {
    if (auto single =
            expect_single(field, "input Taproot key signature", "Input Taproot key signature key");
        !single) {
        return single;
    }
    signature = value_of(field);
    return check_schnorr_size(field.value, "key");
}

FieldResult read_leaf_signature(const Field& field, std::map<LeafKey, Bytes>& signatures) {
    if (!field.is_new)
        return malformed("Duplicate Key, input Taproot script signature already provided");
    ByteReader reader(field.key_data);
    LeafKey key{{reader.array<sizeof(crypto::XOnlyKey)>()}, {reader.array<sizeof(Hash256)>()}};
    if (reader.finish() != DecodeError::none)
        return malformed("Input Taproot script signature key is not 65 bytes");
    if (auto right = check_schnorr_size(field.value, "script"); !right) return right;
    signatures.emplace(key, value_of(field));
    return {};
}

FieldResult read_leaf_script(const Field& field, LeafScripts& scripts) {
    constexpr std::size_t base_size = 33;
    constexpr std::size_t node_size = 32;
    if (!field.is_new)
        return malformed("Duplicate Key, input Taproot leaf script already provided");
    if (field.key_data.size() < base_size)
        return malformed("Taproot leaf script key is not at least 34 bytes");
    if ((field.key_data.size() - base_size) % node_size != 0)
        return malformed("Input Taproot leaf script key's control block size is not valid");
    if (field.value.empty()) return malformed("Input Taproot leaf script must be at least 1 byte");
    const ByteSpan script = field.value.first(field.value.size() - 1);
    scripts[{Bytes(script.begin(), script.end()), field.value.back()}].emplace(
        field.key_data.begin(), field.key_data.end());
    return {};
}

FieldResult read_merkle_root(const Field& field, std::optional<Hash256>& root) {
    Hash256 read;
    auto result = read_digest(field, "input Taproot merkle root", "Input Taproot merkle root key",
                              read.bytes);
    if (result && !read.is_zero()) root = read;
    return result;
}

FieldResult read_taproot_field(const Field& field, Input& input) {
    switch (field.type) {
        case input_type::key_path_signature:
            return read_key_path_signature(field, input.key_path_signature);
        case input_type::leaf_signature:
            return read_leaf_signature(field, input.leaf_signatures);
        case input_type::leaf_script:
            return read_leaf_script(field, input.leaf_scripts);
        case input_type::taproot_origin:
            return add_taproot_origin(field, "input", input.taproot_origins);
        case input_type::internal_key:
            return read_internal_key(field, "input", input.internal_key);
        case input_type::merkle_root:
            return read_merkle_root(field, input.merkle_root);
        case input_type::proprietary:
            return add_proprietary(field, input.proprietary);
        default:
            return add_unknown(field, input.unknown);
    }
}

FieldResult read_input_field(const Field& field, Input& input) {
    switch (field.type) {
        case input_type::non_witness_utxo:
            return read_previous(field, input.non_witness_utxo);
        case input_type::witness_utxo:
            return read_witness_utxo(field, input.witness_utxo);
        case input_type::signature:
            return read_signature(field, input.signatures);
        case input_type::sighash_type:
            return read_sighash_type(field, input.sighash_type);
        case input_type::redeem_script:
            return read_script(field, "input redeemScript", "Input redeemScript key",
                               input.redeem_script);
        case input_type::witness_script:
            return read_script(field, "input witnessScript", "Input witnessScript key",
                               input.witness_script);
        case input_type::origin:
            return add_origin(field, input.origins);
        case input_type::final_script_sig:
            return read_script(field, "input final scriptSig", "Final scriptSig key",
                               input.final_script_sig);
        case input_type::final_witness:
            return read_final_witness(field, input.final_witness);
        case input_type::ripemd160:
            return read_preimage(field, "ripemd160", input.preimages.ripemd160);
        case input_type::sha256:
            return read_preimage(field, "sha256", input.preimages.sha256);
        case input_type::hash160:
            return read_preimage(field, "hash160", input.preimages.hash160);
        case input_type::hash256:
            return read_preimage(field, "hash256", input.preimages.hash256);
        default:
            return read_taproot_field(field, input);
    }
}

}  // namespace

FieldResult read_internal_key(const Field& field, std::string_view what,
                              std::optional<crypto::XOnlyKey>& key) {
    crypto::XOnlyKey read;
    auto result = read_digest(
        field, fmt::format("{} Taproot internal key", what),
        fmt::format("{} Taproot internal key key", what == "input" ? "Input" : "Output"),
        read.bytes);
    if (result && read != crypto::XOnlyKey{}) key = read;
    return result;
}

Result<Input, std::string> read_input_map(ByteReader& reader) {
    FieldReader fields(reader);
    Input out;
    for (;;) {
        const auto next = fields.next("Separator is missing at the end of an input map");
        if (!next) return fail(next.error());
        if (!*next) return out;
        if (auto result = read_input_field(**next, out); !result)
            return fail(std::move(result.error()));
    }
}

}  // namespace daler::psbt
