#include "spending.h"

namespace daler::script::test {

crypto::PrivateKey key(std::uint8_t number) {
    Bytes secret(32, 0x11);
    secret[31] = number;
    return crypto::PrivateKey::from_bytes(secret).value();
}

Spending::Spending(Script script_pubkey) {
    tx.inputs.resize(2);
    tx.inputs[0].prevout.txid.bytes[0] = 1;
    tx.inputs[0].prevout.index = 0;
    tx.inputs[0].sequence = 0xfffffffe;
    tx.inputs[1].prevout.index = 7;
    tx.outputs.push_back({Amount{40'000}, pay_to_witness(0, Bytes(20, 1))});
    tx.outputs.push_back({Amount{50'000}, pay_to_witness(1, Bytes(32, 2))});
    spent.push_back({Amount{60'000}, std::move(script_pubkey)});
    spent.push_back({Amount{70'000}, pay_to_witness(0, Bytes(20, 3))});
}

ScriptError Spending::verify(Flags flags, SignatureCache* cache) const {
    const auto precomputed = hashes();
    return verify_input({tx, 0, spent[0], precomputed, flags, cache});
}

Bytes Spending::sign(const crypto::PrivateKey& key, const Script& script_code,
                     std::uint8_t hash_type) const {
    auto out = key.sign_ecdsa(legacy_sighash(tx, 0, script_code.bytes(), hash_type).bytes);
    out.push_back(hash_type);
    return out;
}

Bytes Spending::sign_witness(const crypto::PrivateKey& key, const Script& script_code,
                             std::uint8_t hash_type) const {
    const auto hash =
        segwit_v0_sighash(tx, 0, script_code.bytes(), spent[0].value, hash_type, hashes());
    auto out = key.sign_ecdsa(hash.bytes);
    out.push_back(hash_type);
    return out;
}

Bytes Spending::sign_taproot(const crypto::PrivateKey& key, std::uint8_t hash_type,
                             std::optional<ByteSpan> annex,
                             const std::optional<TapscriptContext>& tapscript) const {
    const auto hash = taproot_sighash(tx, 0, hash_type, hashes(), annex, tapscript).value();
    const auto signature = key.sign_schnorr(hash.bytes, {});
    Bytes out(signature.begin(), signature.end());
    if (hash_type != sighash_default) out.push_back(hash_type);
    return out;
}

TapscriptSpending::TapscriptSpending(const Script& leaf_script, std::uint8_t leaf_version)
    : Spending({}), leaf(leaf_script), leaf_hash(tap_leaf_hash(leaf_version, leaf.bytes())) {
    const auto internal = key(99).x_only();
    const auto output = taproot_output_key(internal, leaf_hash).value();
    spent[0].script_pubkey = pay_to_witness(1, output.key.bytes);
    control.push_back(static_cast<std::uint8_t>(leaf_version | (output.parity ? 1 : 0)));
    control.insert(control.end(), internal.bytes.begin(), internal.bytes.end());
}

Bytes TapscriptSpending::sign_leaf(const crypto::PrivateKey& key, std::uint8_t hash_type,
                                   std::uint32_t separator, std::optional<ByteSpan> annex) const {
    return sign_taproot(key, hash_type, annex, TapscriptContext{leaf_hash, separator});
}

void TapscriptSpending::satisfy(std::vector<Bytes> items) {
    witness() = std::move(items);
    witness().emplace_back(leaf.bytes().begin(), leaf.bytes().end());
    witness().push_back(control);
}

}  // namespace daler::script::test
