#pragma once

#include <daler/descriptor/key_ring.h>
#include <daler/descriptor/spend_data.h>
#include <daler/primitives/transaction.h>
#include <daler/script/sighash.h>

namespace daler::descriptor {

/// Writes scriptSig and witness of input `index` of `tx`, which spends `spent`, with the keys and
/// scripts of `ring`. True if the input then passes the interpreter. An input that already passes
/// is not changed. Valid signatures that a multisig already has, of any hash type, are used before
/// new ones. An input with an unknown script keeps its contents. Otherwise an incomplete input
/// gets the parts that could be made. Known scripts: pk, pkh, multisig, P2SH, P2WPKH, P2WSH of
/// these and of miniscripts, the key path of P2TR, and its leaves with miniscripts. Does not sign
/// with sighash_single if its output does not exist. Requires: `hashes` are those of `tx`, with all
/// spent outputs for taproot signatures.
bool sign_input(Transaction& tx, std::uint32_t index, const TxOutput& spent,
                const script::PrecomputedHashes& hashes, const KeyRing& ring,
                std::uint8_t hash_type = script::sighash_default);

/// As sign_input without keys, but with the scripts and signatures that input `index` has in any
/// of `variants`. A variant in which the input is complete is used as it is.
bool combine_input(Transaction& tx, std::uint32_t index, const TxOutput& spent,
                   const script::PrecomputedHashes& hashes, std::span<const Transaction> variants);

/// Which rules the hash of an ECDSA signature follows.
enum class SigningRules : std::uint8_t { legacy, segwit_v0 };

/// Makes the signatures while `make_spend` puts an input together.
class SignatureSource {
public:
    virtual ~SignatureSource() = default;
    SignatureSource() = default;
    SignatureSource(const SignatureSource&) = delete;
    SignatureSource& operator=(const SignatureSource&) = delete;

    /// A signature of `key` with its hash type byte; nothing without its secret.
    [[nodiscard]] virtual std::optional<Bytes> ecdsa(const KeyRing& ring,
                                                     const crypto::PublicKey& key,
                                                     ByteSpan script_code,
                                                     SigningRules rules) const = 0;
    /// A signature of the key path by the secret of `key`, tweaked with `tweak` if there is one.
    [[nodiscard]] virtual std::optional<Bytes> key_path(
        const KeyRing& ring, const crypto::XOnlyKey& key,
        const std::optional<Hash256>& tweak) const = 0;
    /// A signature of a leaf.
    [[nodiscard]] virtual std::optional<Bytes> leaf(const KeyRing& ring,
                                                    const LeafKey& key) const = 0;
    /// Whether CHECKLOCKTIMEVERIFY and CHECKSEQUENCEVERIFY of these numbers succeed in the input.
    [[nodiscard]] virtual bool lock_time_holds(std::uint32_t lock_time) const = 0;
    [[nodiscard]] virtual bool sequence_holds(std::uint32_t sequence) const = 0;
    /// Whether an input with this scriptSig and witness is valid.
    [[nodiscard]] virtual bool verifies(const Script& script_sig, const Witness& witness) const = 0;
};

/// Signs one input of a transaction with the secrets of the ring. Keeps references to its
/// arguments.
class InputSignatures final : public SignatureSource {
public:
    /// Requires: `hashes` are those of `tx`, with all spent outputs for taproot signatures.
    InputSignatures(const Transaction& tx, std::uint32_t index, const TxOutput& spent,
                    const script::PrecomputedHashes& hashes, std::uint8_t hash_type)
        : tx_(tx), index_(index), spent_(spent), hashes_(hashes), type_(hash_type) {}

    [[nodiscard]] std::optional<Bytes> ecdsa(const KeyRing& ring, const crypto::PublicKey& key,
                                             ByteSpan script_code,
                                             SigningRules rules) const override;
    [[nodiscard]] std::optional<Bytes> key_path(const KeyRing& ring, const crypto::XOnlyKey& key,
                                                const std::optional<Hash256>& tweak) const override;
    [[nodiscard]] std::optional<Bytes> leaf(const KeyRing& ring, const LeafKey& key) const override;
    [[nodiscard]] bool lock_time_holds(std::uint32_t lock_time) const override;
    [[nodiscard]] bool sequence_holds(std::uint32_t sequence) const override;
    [[nodiscard]] bool verifies(const Script& script_sig, const Witness& witness) const override;

    /// The hash that a signature with this type signs.
    [[nodiscard]] Hash256 hash(ByteSpan script_code, std::uint8_t hash_type,
                               SigningRules rules) const;

private:
    [[nodiscard]] std::optional<Bytes> schnorr(
        const crypto::PrivateKey& key,
        const std::optional<script::TapscriptContext>& tapscript) const;

    const Transaction& tx_;
    const std::uint32_t index_;
    const TxOutput& spent_;
    const script::PrecomputedHashes& hashes_;
    const std::uint8_t type_;
};

/// Bytes of the usual size in place of each signature, to estimate the size of an input.
class PlaceholderSignatures final : public SignatureSource {
public:
    [[nodiscard]] std::optional<Bytes> ecdsa(const KeyRing& ring, const crypto::PublicKey& key,
                                             ByteSpan script_code,
                                             SigningRules rules) const override;
    [[nodiscard]] std::optional<Bytes> key_path(const KeyRing& ring, const crypto::XOnlyKey& key,
                                                const std::optional<Hash256>& tweak) const override;
    [[nodiscard]] std::optional<Bytes> leaf(const KeyRing& ring, const LeafKey& key) const override;
    [[nodiscard]] bool lock_time_holds(std::uint32_t lock_time) const override;
    [[nodiscard]] bool sequence_holds(std::uint32_t sequence) const override;
    [[nodiscard]] bool verifies(const Script& script_sig, const Witness& witness) const override;
};

/// No signatures: to collect what is known about an output.
class NoSignatures final : public SignatureSource {
public:
    [[nodiscard]] std::optional<Bytes> ecdsa(const KeyRing& ring, const crypto::PublicKey& key,
                                             ByteSpan script_code,
                                             SigningRules rules) const override;
    [[nodiscard]] std::optional<Bytes> key_path(const KeyRing& ring, const crypto::XOnlyKey& key,
                                                const std::optional<Hash256>& tweak) const override;
    [[nodiscard]] std::optional<Bytes> leaf(const KeyRing& ring, const LeafKey& key) const override;
    [[nodiscard]] bool lock_time_holds(std::uint32_t lock_time) const override;
    [[nodiscard]] bool sequence_holds(std::uint32_t sequence) const override;
    [[nodiscard]] bool verifies(const Script& script_sig, const Witness& witness) const override;
};

/// Adds to `data` what `ring` knows about spending `locking`, each signature that `source` makes,
/// and scriptSig and witness, complete or in parts. Returns data.complete; does nothing if it is
/// true already. Known scripts as for sign_input.
bool make_spend(const Script& locking, const SignatureSource& source, const KeyRing& ring,
                SpendData& data);

/// The maximum weight of a signed input that spends `script` (scriptSig and witness included), if
/// other inputs of the transaction have witnesses. Nothing if the keys or scripts in `ring` are
/// not enough to know how the output is spent. For P2TR with a script tree `ring` should have the
/// secrets, because they decide the path.
[[nodiscard]] std::optional<std::int64_t> signed_input_weight(const Script& script,
                                                              const KeyRing& ring);

}  // namespace daler::descriptor
