#pragma once

#include <daler/crypto/key.h>
#include <daler/script/interpreter.h>
#include <daler/script/opcodes.h>
#include <daler/script/standard.h>
#include <daler/script/taproot.h>

#include <ostream>

namespace daler::script {

/// So that a failing test names the error.
inline std::ostream& operator<<(std::ostream& out, ScriptError error) {
    return out << name(error);
}

}  // namespace daler::script

namespace daler::script::test {

/// One of a few fixed keys.
[[nodiscard]] crypto::PrivateKey key(std::uint8_t number);

/// Writes a script one instruction after the other.
class Builder {
public:
    Builder& op(Opcode opcode) {
        script_.append(opcode);
        return *this;
    }
    Builder& data(ByteSpan bytes) {
        push_bytes(script_, bytes);
        return *this;
    }
    Builder& number(std::int64_t value) {
        push_number(script_, value);
        return *this;
    }
    [[nodiscard]] Script done() const { return script_; }

private:
    Script script_;
};

/// A transaction of two inputs and two outputs; the first input is the one under test.
struct Spending {
    explicit Spending(Script script_pubkey);

    [[nodiscard]] PrecomputedHashes hashes() const { return {tx, spent}; }
    [[nodiscard]] ScriptError verify(Flags flags = mandatory_flags,
                                     SignatureCache* cache = nullptr) const;

    /// ECDSA signature with its hash type byte.
    [[nodiscard]] Bytes sign(const crypto::PrivateKey& key, const Script& script_code,
                             std::uint8_t hash_type = sighash_all) const;
    [[nodiscard]] Bytes sign_witness(const crypto::PrivateKey& key, const Script& script_code,
                                     std::uint8_t hash_type = sighash_all) const;
    /// Schnorr signature, with a byte unless the hash type is the default.
    [[nodiscard]] Bytes sign_taproot(const crypto::PrivateKey& key, std::uint8_t hash_type,
                                     std::optional<ByteSpan> annex,
                                     const std::optional<TapscriptContext>& tapscript) const;

    [[nodiscard]] Witness& witness() { return tx.inputs[0].witness; }

    Transaction tx;
    std::vector<TxOutput> spent;
};

/// Spends a taproot output whose tree is one leaf.
struct TapscriptSpending : Spending {
    explicit TapscriptSpending(const Script& leaf_script,
                               std::uint8_t leaf_version = tapscript_leaf_version);

    /// Signature of `key` for the leaf, if no OP_CODESEPARATOR ran or the one at `separator` did.
    [[nodiscard]] Bytes sign_leaf(const crypto::PrivateKey& key,
                                  std::uint8_t hash_type = sighash_default,
                                  std::uint32_t separator = 0xffffffff,
                                  std::optional<ByteSpan> annex = std::nullopt) const;
    /// Makes the witness: `items`, the script, the control block.
    void satisfy(std::vector<Bytes> items);

    Script leaf;
    Hash256 leaf_hash;
    Bytes control;
};

}  // namespace daler::script::test
