#include <daler/psbt/psbt.h>

#include <algorithm>
#include <tuple>

namespace daler::psbt {
namespace {

/// Takes over `other` if `value` is empty.
template <class T>
void fill(T& value, const T& other) {
    if (value.empty()) value = other;
}

template <class T>
void fill(std::optional<T>& value, const std::optional<T>& other) {
    if (!value) value = other;
}

/// Takes over the entries whose keys are not there.
template <class Map>
void add(Map& map, const Map& other) {
    map.insert(other.begin(), other.end());
}

}  // namespace

void Input::merge(const Input& other) {
    if (!non_witness_utxo) non_witness_utxo = other.non_witness_utxo;
    fill(witness_utxo, other.witness_utxo);
    add(signatures, other.signatures);
    fill(redeem_script, other.redeem_script);
    fill(witness_script, other.witness_script);
    add(origins, other.origins);
    fill(final_script_sig, other.final_script_sig);
    fill(final_witness, other.final_witness);
    add(preimages.ripemd160, other.preimages.ripemd160);
    add(preimages.sha256, other.preimages.sha256);
    add(preimages.hash160, other.preimages.hash160);
    add(preimages.hash256, other.preimages.hash256);
    fill(key_path_signature, other.key_path_signature);
    add(leaf_signatures, other.leaf_signatures);
    add(leaf_scripts, other.leaf_scripts);
    add(taproot_origins, other.taproot_origins);
    fill(internal_key, other.internal_key);
    fill(merkle_root, other.merkle_root);
    add(proprietary, other.proprietary);
    add(unknown, other.unknown);
}

void Output::merge(const Output& other) {
    fill(redeem_script, other.redeem_script);
    fill(witness_script, other.witness_script);
    add(origins, other.origins);
    fill(internal_key, other.internal_key);
    fill(tree, other.tree);
    add(taproot_origins, other.taproot_origins);
    add(proprietary, other.proprietary);
    add(unknown, other.unknown);
}

bool OriginOrder::operator()(const KeyOrigin& a, const KeyOrigin& b) const {
    const auto rank = [](const KeyOrigin& origin) {
        return std::tuple(origin.fingerprint, origin.path.size());
    };
    return rank(a) != rank(b) ? rank(a) < rank(b) : a.path < b.path;
}

bool ExtendedKeyOrder::operator()(const crypto::ExtendedKeyBytes& a,
                                  const crypto::ExtendedKeyBytes& b) const {
    // BIP 32: 4 bytes version, 1 depth, 4 fingerprint, 4 number, then chain code and key.
    constexpr std::size_t chain_code = 13;
    constexpr std::size_t key = 45;
    if (const int order = std::memcmp(&a[key], &b[key], a.size() - key); order != 0)
        return order < 0;
    return std::memcmp(&a[chain_code], &b[chain_code], key - chain_code) < 0;
}

Psbt::Psbt(Transaction unsigned_tx) : tx(std::move(unsigned_tx)) {
    for (auto& input : tx.inputs) {
        input.script_sig.clear();
        input.witness.clear();
    }
    inputs.resize(tx.inputs.size());
    outputs.resize(tx.outputs.size());
}

const TxOutput* Psbt::spent_output(std::size_t index) const {
    const Input& input = inputs.at(index);
    const OutPoint& prevout = tx.inputs.at(index).prevout;
    if (!input.non_witness_utxo) return input.witness_utxo ? &*input.witness_utxo : nullptr;
    const auto& previous = *input.non_witness_utxo;
    if (previous.txid != prevout.txid || prevout.index >= previous.outputs.size()) return nullptr;
    return &previous.outputs[prevout.index];
}

bool Psbt::merge(const Psbt& other) {
    if (compute_txid(tx) != compute_txid(other.tx)) return false;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        inputs[i].merge(other.inputs[i]);
    for (std::size_t i = 0; i < outputs.size(); ++i)
        outputs[i].merge(other.outputs[i]);
    for (const auto& [origin, keys] : other.extended_keys)
        extended_keys[origin].insert(keys.begin(), keys.end());
    add(proprietary, other.proprietary);
    add(unknown, other.unknown);
    return true;
}

}  // namespace daler::psbt
