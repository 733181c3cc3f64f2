#include "coins.h"

#include <daler/crypto/key.h>
#include <daler/script/opcodes.h>
#include <daler/script/sighash.h>
#include <daler/script/standard.h>
#include <daler/script/taproot.h>
#include <daler/util/ensure.h>

#include <optional>

namespace daler::bench {
namespace {

using crypto::PrivateKey;

constexpr std::size_t key_count = 512;
constexpr std::size_t multisig_keys = 3;

Bytes to_bytes(ByteSpan span) {
    return Bytes(span.begin(), span.end());
}

PrivateKey new_key(Dice& dice) {
    std::array<std::uint64_t, 4> words;
    std::ranges::generate(words, dice);
    const auto key =
        PrivateKey::from_bytes({reinterpret_cast<const std::uint8_t*>(words.data()), sizeof words});
    ensure(key.has_value());
    return *key;
}

Bytes with_hash_type(Bytes signature) {
    signature.push_back(script::sighash_all);
    return signature;
}

}  // namespace

/// A key, the scripts that pay to it, and the data for spending from these scripts.
struct KeySet::Keys {
    explicit Keys(Dice& dice)
        : secret(new_key(dice)),
          others{new_key(dice), new_key(dice)},
          public_key(secret.public_key()),
          key_hash_script(script::pay_to_pubkey_hash(public_key.hash())),
          program(script::pay_to_witness(0, public_key.hash())) {
        const std::vector<crypto::PublicKey> all{public_key, others[0].public_key(),
                                                 others[1].public_key()};
        multisig = script::pay_to_multisig(2, all);

        const auto internal = secret.x_only();
        const auto key_tweak = script::tap_tweak_hash(internal, std::nullopt);
        tweaked = secret.tweak_x_only(key_tweak.bytes);
        leaf = Script();
        script::push(leaf, others[0].x_only().bytes);
        leaf.append(script::op_checksig);
        Script sibling;
        sibling.append(script::op_return);
        leaf_hash = script::tap_leaf_hash(script::tapscript_leaf_version, leaf.bytes());
        const auto beside = script::tap_leaf_hash(script::tapscript_leaf_version, sibling.bytes());
        const auto output =
            script::taproot_output_key(internal, script::tap_branch_hash(leaf_hash, beside));
        ensure(tweaked && output);
        script_path_key = output->key;
        control.push_back(
            static_cast<std::uint8_t>(script::tapscript_leaf_version | (output->parity ? 1 : 0)));
        control.insert(control.end(), internal.bytes.begin(), internal.bytes.end());
        control.insert(control.end(), beside.bytes.begin(), beside.bytes.end());
    }

    [[nodiscard]] Script script_of(CoinKind kind) const {
        switch (kind) {
            case CoinKind::pubkey_hash:
                return key_hash_script;
            case CoinKind::witness_key_hash:
                return program;
            case CoinKind::nested_witness_key_hash:
                return script::pay_to_script_hash(crypto::hash160(program.bytes()));
            case CoinKind::multisig_2_of_3:
                return script::pay_to_witness(0, crypto::sha256(multisig.bytes()));
            case CoinKind::taproot_key:
                return script::pay_to_witness(1, tweaked->x_only().bytes);
            case CoinKind::taproot_script:
                break;
        }
        return script::pay_to_witness(1, script_path_key.bytes);
    }

    [[nodiscard]] const PrivateKey& multisig_key(std::size_t i) const {
        return i == 0 ? secret : others[i - 1];
    }

    PrivateKey secret;
    std::array<PrivateKey, multisig_keys - 1> others;
    crypto::PublicKey public_key;
    Script key_hash_script;
    Script program;
    Script multisig;
    std::optional<PrivateKey> tweaked;
    Script leaf;
    Hash256 leaf_hash;
    crypto::XOnlyKey script_path_key;
    Bytes control;
};

namespace {

/// Signs one input.
struct Signer {
    Transaction& tx;
    std::uint32_t index;
    const OwnCoin& coin;
    const script::PrecomputedHashes& hashes;
    std::vector<Triple>& triples;

    [[nodiscard]] TxInput& input() const { return tx.inputs[index]; }

    [[nodiscard]] Hash256 segwit_hash(const Script& code) const {
        return script::segwit_v0_sighash(tx, index, code.bytes(), coin.output.value,
                                         script::sighash_all, hashes);
    }

    Bytes sign_ecdsa(const PrivateKey& key, const Hash256& hash) const {
        auto signature = key.sign_ecdsa(hash.bytes);
        triples.push_back({false, to_bytes(key.public_key().bytes()), signature, hash});
        return with_hash_type(std::move(signature));
    }

    Bytes sign_schnorr(const PrivateKey& key,
                       const std::optional<script::TapscriptContext>& context) const {
        const auto hash = script::taproot_sighash(tx, index, script::sighash_default, hashes,
                                                  std::nullopt, context);
        ensure(hash.has_value());
        const auto signature = to_bytes(key.sign_schnorr(hash->bytes, {}));
        triples.push_back({true, to_bytes(key.x_only().bytes), signature, *hash});
        return signature;
    }
};

}  // namespace

KeySet::KeySet(Dice& dice) : dice_(dice) {
    keys_.reserve(key_count);
    for (std::size_t i = 0; i < key_count; ++i)
        keys_.emplace_back(dice);
}

KeySet::~KeySet() = default;

Script KeySet::new_script(CoinKind& kind, std::uint32_t& key) {
    kind = static_cast<CoinKind>(dice_() % coin_kinds);
    key = static_cast<std::uint32_t>(dice_() % key_count);
    return keys_[key].script_of(kind);
}

void KeySet::sign(Transaction& tx, const std::vector<OwnCoin>& spent,
                  std::vector<Triple>& triples) {
    std::vector<TxOutput> outputs;
    for (const auto& coin : spent)
        outputs.push_back(coin.output);
    const script::PrecomputedHashes hashes(tx, std::move(outputs));

    for (std::uint32_t i = 0; i < tx.inputs.size(); ++i) {
        const Signer signer{tx, i, spent[i], hashes, triples};
        const auto& keys = keys_[spent[i].key];
        const auto public_key = to_bytes(keys.public_key.bytes());
        auto& input = tx.inputs[i];
        switch (spent[i].kind) {
            case CoinKind::pubkey_hash: {
                const auto hash = script::legacy_sighash(tx, i, keys.key_hash_script.bytes(),
                                                         script::sighash_all);
                script::push(input.script_sig, signer.sign_ecdsa(keys.secret, hash));
                script::push(input.script_sig, public_key);
                break;
            }
            case CoinKind::nested_witness_key_hash:
                script::push(input.script_sig, keys.program.bytes());
                [[fallthrough]];
            case CoinKind::witness_key_hash: {
                const auto hash = signer.segwit_hash(keys.key_hash_script);
                input.witness = {signer.sign_ecdsa(keys.secret, hash), public_key};
                break;
            }
            case CoinKind::multisig_2_of_3: {
                const auto hash = signer.segwit_hash(keys.multisig);
                const std::size_t absent = dice_() % multisig_keys;
                input.witness = {{}};
                for (std::size_t k = 0; k < multisig_keys; ++k) {
                    if (k == absent) continue;
                    input.witness.push_back(signer.sign_ecdsa(keys.multisig_key(k), hash));
                }
                // The interpreter tries the keys from the last to the first and stops at the second
                // match. So it also tries the absent key, unless that is the first one.
                if (absent != 0) {
                    Triple failing = triples[triples.size() - (absent == 2 ? 1 : 2)];
                    failing.key = to_bytes(keys.multisig_key(absent).public_key().bytes());
                    triples.push_back(std::move(failing));
                }
                input.witness.push_back(to_bytes(keys.multisig.bytes()));
                break;
            }
            case CoinKind::taproot_key:
                input.witness = {signer.sign_schnorr(*keys.tweaked, std::nullopt)};
                break;
            case CoinKind::taproot_script:
                input.witness = {
                    signer.sign_schnorr(keys.others[0], script::TapscriptContext{keys.leaf_hash}),
                    to_bytes(keys.leaf.bytes()), keys.control};
                break;
        }
    }
}

}  // namespace daler::bench
