#pragma once

#include <daler/crypto/bip32.h>
#include <daler/descriptor/spend_data.h>
#include <daler/primitives/transaction.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace daler::psbt {

using descriptor::KeyOrigin;
using descriptor::KeySignature;
using descriptor::LeafKey;
using descriptor::LeafScripts;
using descriptor::Preimages;
using descriptor::TaprootOrigin;

/// A field that belongs to one program (key type 0xfc).
struct ProprietaryField {
    Bytes identifier;
    std::uint64_t subtype = 0;
    Bytes value;

    bool operator==(const ProprietaryField&) const = default;
};

/// By whole key.
using ProprietaryFields = std::map<Bytes, ProprietaryField>;
/// Fields of unknown types: values by whole key. They are kept as they are.
using UnknownFields = std::map<Bytes, Bytes>;

/// What is known about one input (BIP 174, BIP 371). Empty members are unknown.
struct Input {
    TransactionRef non_witness_utxo;       ///< the transaction whose output is spent; may be null
    std::optional<TxOutput> witness_utxo;  ///< the output that is spent
    std::map<crypto::Digest160, KeySignature> signatures;  ///< by hash of the key
    std::optional<std::int32_t> sighash_type;
    Script redeem_script;
    Script witness_script;
    std::map<crypto::PublicKey, KeyOrigin> origins;
    Script final_script_sig;
    Witness final_witness;
    Preimages preimages;
    Bytes key_path_signature;
    std::map<LeafKey, Bytes> leaf_signatures;
    LeafScripts leaf_scripts;
    std::map<crypto::XOnlyKey, TaprootOrigin> taproot_origins;
    std::optional<crypto::XOnlyKey> internal_key;
    std::optional<Hash256> merkle_root;
    ProprietaryFields proprietary;
    UnknownFields unknown;

    [[nodiscard]] bool is_final() const {
        return !final_script_sig.empty() || !final_witness.empty();
    }
    /// Adds what `other` knows and this does not.
    void merge(const Input& other);
};

/// A leaf of the script tree of an output.
struct TreeLeaf {
    std::uint8_t depth;
    std::uint8_t version;
    Script script;

    bool operator==(const TreeLeaf&) const = default;
};

/// What is known about one output: how its receiver will spend it.
struct Output {
    Script redeem_script;
    Script witness_script;
    std::map<crypto::PublicKey, KeyOrigin> origins;
    std::optional<crypto::XOnlyKey> internal_key;
    std::vector<TreeLeaf> tree;  ///< depth first, from left to right
    std::map<crypto::XOnlyKey, TaprootOrigin> taproot_origins;
    ProprietaryFields proprietary;
    UnknownFields unknown;

    void merge(const Output& other);
};

/// The order in which Bitcoin Core writes extended keys: by fingerprint, by length of the path, by
/// path.
struct OriginOrder {
    bool operator()(const KeyOrigin& a, const KeyOrigin& b) const;
};
/// By public key, then by chain code.
struct ExtendedKeyOrder {
    bool operator()(const crypto::ExtendedKeyBytes& a, const crypto::ExtendedKeyBytes& b) const;
};
using ExtendedKeys =
    std::map<KeyOrigin, std::set<crypto::ExtendedKeyBytes, ExtendedKeyOrder>, OriginOrder>;

/// A partially signed transaction of version 0 (BIP 174, with the taproot fields of BIP 371). A
/// plain value. `inputs` and `outputs` are as many as those of `tx`.
struct Psbt {
    Transaction tx;  ///< without scriptSigs and witnesses
    ExtendedKeys extended_keys;
    std::optional<std::uint32_t> version;  ///< 0 if it is given
    std::vector<Input> inputs;
    std::vector<Output> outputs;
    ProprietaryFields proprietary;
    UnknownFields unknown;

    Psbt() = default;
    /// Knows nothing yet. Removes scriptSigs and witnesses.
    explicit Psbt(Transaction unsigned_tx);

    /// The output that input `index` spends, if it is known.
    [[nodiscard]] const TxOutput* spent_output(std::size_t index) const;
    /// Adds what `other` knows; false if it has another transaction.
    [[nodiscard]] bool merge(const Psbt& other);
};

/// The bytes of `psbt`, with all fields in the order of Bitcoin Core. Inputs that are final have no
/// fields that are only needed to sign.
[[nodiscard]] Bytes encode(const Psbt& psbt);
[[nodiscard]] std::string to_base64(const Psbt& psbt);

/// Reads a PSBT. Refuses duplicate and malformed fields, and a previous transaction that is not the
/// one that is spent. The reason of a failure is Bitcoin Core's text.
[[nodiscard]] Result<Psbt, std::string> decode(ByteSpan bytes);
[[nodiscard]] Result<Psbt, std::string> from_base64(std::string_view text);

}  // namespace daler::psbt
