#include <daler/descriptor/signing.h>

#include <daler/script/interpreter.h>
#include <daler/script/script_reader.h>
#include <daler/script/standard.h>
#include <daler/script/taproot.h>

#include <algorithm>
#include <ranges>

#include "taproot_tree.h"

namespace daler::descriptor {
namespace {

using script::OutputType;

// The possible sizes of ECDSA signatures with their hash type byte.
constexpr std::size_t min_signature_size = 9;
constexpr std::size_t max_signature_size = 73;

/// Which rules a signature's hash follows.
enum class SigningRules : std::uint8_t { legacy, segwit_v0 };

/// The stack that makes one script true, or the known part of it.
struct Satisfaction {
    std::vector<Bytes> stack;
    bool complete = false;
    bool is_known = true;  ///< false: not one of the known scripts
};

/// The new contents of an input.
struct SignedInput {
    Script script_sig{};
    std::vector<Bytes> witness{};
    bool is_known = false;  ///< valid parts of the old contents are included
};

/// Bytes of a witness.
std::size_t size_of(const std::vector<Bytes>& items) {
    std::size_t out = compact_size_length(items.size());
    for (const auto& item : items)
        out += compact_size_length(item.size()) + item.size();
    return out;
}

Script push_all(const std::vector<Bytes>& items) {
    Script out;
    for (const auto& item : items)
        script::push(out, item);
    return out;
}

class InputSigner {
public:
    InputSigner(const Transaction& tx, std::uint32_t index, const TxOutput& spent,
                const script::PrecomputedHashes& hashes, const KeyRing& ring,
                std::uint8_t hash_type)
        : tx_(tx), index_(index), spent_(spent), hashes_(hashes), ring_(ring), type_(hash_type) {
        collect_given();
    }

    [[nodiscard]] SignedInput sign() const;

private:
    /// The pushes of the original input: signatures and scripts of other signers.
    void collect_given();
    [[nodiscard]] Hash256 hash(ByteSpan script_code, std::uint8_t hash_type,
                               SigningRules rules) const;
    /// The existing signature, or a new one.
    [[nodiscard]] std::optional<Bytes> signature(const crypto::PublicKey& key, ByteSpan script_code,
                                                 SigningRules rules) const;
    [[nodiscard]] std::optional<Bytes> own_signature(const crypto::PublicKey& key,
                                                     ByteSpan script_code,
                                                     SigningRules rules) const;
    [[nodiscard]] std::optional<Bytes> given_signature(const crypto::PublicKey& key,
                                                       ByteSpan script_code,
                                                       SigningRules rules) const;
    [[nodiscard]] Satisfaction satisfy(const Script& script, SigningRules rules) const;
    [[nodiscard]] Satisfaction satisfy_key_hash(const Script& script, ByteSpan hash,
                                                SigningRules rules) const;
    [[nodiscard]] Satisfaction satisfy_multisig(const Script& script,
                                                const std::vector<Bytes>& data,
                                                SigningRules rules) const;
    [[nodiscard]] std::optional<Script> redeem_script(ByteSpan hash160) const;
    [[nodiscard]] std::optional<Script> witness_script(ByteSpan sha256) const;
    [[nodiscard]] SignedInput sign_witness(const script::WitnessProgram& program) const;
    [[nodiscard]] SignedInput sign_taproot(ByteSpan program) const;
    [[nodiscard]] std::optional<Bytes> schnorr_signature(
        const crypto::PrivateKey& key,
        const std::optional<script::TapscriptContext>& tapscript) const;
    [[nodiscard]] std::vector<Bytes> satisfy_leaf(const TaprootOutput& made_of, bool parity,
                                                  std::size_t leaf,
                                                  std::span<const Hash256> path) const;

    [[nodiscard]] const TxInput& input() const { return tx_.inputs[index_]; }

    const Transaction& tx_;
    const std::uint32_t index_;
    const TxOutput& spent_;
    const script::PrecomputedHashes& hashes_;
    const KeyRing& ring_;
    const std::uint8_t type_;
    std::vector<Bytes> given_;
};

void InputSigner::collect_given() {
    given_ = input().witness;
    script::ScriptReader reader(input().script_sig.bytes());
    while (const auto instruction = reader.next())
        given_.emplace_back(instruction->data.begin(), instruction->data.end());
}

Hash256 InputSigner::hash(ByteSpan script_code, std::uint8_t hash_type, SigningRules rules) const {
    return rules == SigningRules::legacy
               ? script::legacy_sighash(tx_, index_, script_code, hash_type)
               : script::segwit_v0_sighash(tx_, index_, script_code, spent_.value, hash_type,
                                           hashes_);
}

std::optional<Bytes> InputSigner::given_signature(const crypto::PublicKey& key,
                                                  ByteSpan script_code, SigningRules rules) const {
    for (const auto& item : given_) {
        if (item.size() < min_signature_size || item.size() > max_signature_size) continue;
        const auto digest = hash(script_code, item.back(), rules);
        if (key.verify_ecdsa(digest.bytes, ByteSpan(item).first(item.size() - 1))) return item;
    }
    return std::nullopt;
}

std::optional<Bytes> InputSigner::own_signature(const crypto::PublicKey& key, ByteSpan script_code,
                                                SigningRules rules) const {
    const auto* secret = ring_.find_secret(key.hash());
    if (!secret || (rules == SigningRules::segwit_v0 && !key.is_compressed())) return std::nullopt;
    std::uint8_t type = type_;
    if (type == script::sighash_default) type = script::sighash_all;
    Bytes out = secret->key.sign_ecdsa(hash(script_code, type, rules).bytes);
    out.push_back(type);
    return out;
}

std::optional<Bytes> InputSigner::signature(const crypto::PublicKey& key, ByteSpan script_code,
                                            SigningRules rules) const {
    if (auto given = given_signature(key, script_code, rules)) return given;
    return own_signature(key, script_code, rules);
}

Satisfaction InputSigner::satisfy_key_hash(const Script& script, ByteSpan hash,
                                           SigningRules rules) const {
    crypto::Digest160 id;
    std::ranges::copy(hash, id.begin());
    std::optional<crypto::PublicKey> key;
    if (const auto* known = ring_.find_public_key(id)) key = *known;
    for (const auto& item : given_)
        if (!key && crypto::hash160(item) == id) key = crypto::PublicKey::from_bytes(item);
    if (!key) return {};
    auto made = signature(*key, script.bytes(), rules);
    if (!made) return {};
    return {{std::move(*made), Bytes(key->bytes().begin(), key->bytes().end())}, true};
}

Satisfaction InputSigner::satisfy_multisig(const Script& script, const std::vector<Bytes>& data,
                                           SigningRules rules) const {
    const std::size_t required = data.front().at(0);
    std::vector<std::optional<Bytes>> made(data.size() - 2);
    std::size_t count = 0;
    // Existing signatures come first: a new one must not replace them.
    for (const auto sign : {&InputSigner::given_signature, &InputSigner::own_signature}) {
        for (std::size_t i = 0; i < made.size() && count < required; ++i) {
            const auto key = crypto::PublicKey::from_bytes(data[i + 1]);
            if (!key || made[i]) continue;
            made[i] = (this->*sign)(*key, script.bytes(), rules);
            if (made[i]) ++count;
        }
    }
    // OP_CHECKMULTISIG takes one element too many; it must be empty (BIP 147).
    Satisfaction out{{Bytes{}}, count == required};
    for (auto& signature : made)
        if (signature) out.stack.push_back(std::move(*signature));
    // Bitcoin Core fills half of the missing places, which decides the error that callers see.
    out.stack.resize(out.stack.size() + (required - count + 1) / 2);
    return out;
}

Satisfaction InputSigner::satisfy(const Script& script, SigningRules rules) const {
    const auto solution = script::solve(script.bytes());
    switch (solution.type) {
        case OutputType::pubkey: {
            const auto key = crypto::PublicKey::from_bytes(solution.data[0]);
            auto made = key ? signature(*key, script.bytes(), rules) : std::nullopt;
            if (!made) return {};
            return {{std::move(*made)}, true};
        }
        case OutputType::pubkey_hash:
            return satisfy_key_hash(script, solution.data[0], rules);
        case OutputType::multisig:
            return satisfy_multisig(script, solution.data, rules);
        case OutputType::nonstandard:
        case OutputType::anchor:
        case OutputType::script_hash:
        case OutputType::null_data:
        case OutputType::witness_v0_key_hash:
        case OutputType::witness_v0_script_hash:
        case OutputType::witness_v1_taproot:
        case OutputType::witness_unknown:
            break;
    }
    return {.stack = {}, .is_known = false};
}

std::optional<Script> InputSigner::redeem_script(ByteSpan hash160) const {
    if (const auto* known = ring_.find_script(hash160)) return *known;
    for (const auto& item : given_)
        if (std::ranges::equal(crypto::hash160(item), hash160)) return Script(item);
    return std::nullopt;
}

std::optional<Script> InputSigner::witness_script(ByteSpan sha256) const {
    if (const auto* known = ring_.find_witness_script(sha256)) return *known;
    for (const auto& item : given_)
        if (std::ranges::equal(crypto::sha256(item), sha256)) return Script(item);
    return std::nullopt;
}

std::optional<Bytes> InputSigner::schnorr_signature(
    const crypto::PrivateKey& key, const std::optional<script::TapscriptContext>& tapscript) const {
    const auto digest =
        script::taproot_sighash(tx_, index_, type_, hashes_, std::nullopt, tapscript);
    if (!digest) return std::nullopt;
    const auto made = key.sign_schnorr(digest->bytes, {});
    Bytes out(made.begin(), made.end());
    if (type_ != script::sighash_default) out.push_back(type_);
    return out;
}

/// The whole witness of a script path, or nothing.
std::vector<Bytes> InputSigner::satisfy_leaf(const TaprootOutput& made_of, bool parity,
                                             std::size_t leaf,
                                             std::span<const Hash256> path) const {
    const ByteSpan script = made_of.leaves[leaf].script.bytes();
    const auto asked = leaf_keys(made_of.leaves[leaf].script);
    if (!asked) return {};
    const script::TapscriptContext context{
        .leaf_hash = script::tap_leaf_hash(script::tapscript_leaf_version, script)};
    std::vector<Bytes> out;
    int missing = asked->threshold;
    // The first key takes the top of the stack.
    for (const auto& key : std::views::reverse(asked->keys)) {
        const auto* secret = missing > 0 ? ring_.find_secret(key) : nullptr;
        auto made = secret ? schnorr_signature(secret->key, context) : std::nullopt;
        if (made) --missing;
        out.push_back(made ? std::move(*made) : Bytes{});
    }
    if (missing > 0) return {};
    out.emplace_back(script.begin(), script.end());
    Bytes control{static_cast<std::uint8_t>(script::tapscript_leaf_version | (parity ? 1 : 0))};
    const auto append = [&control](const auto& bytes) {
        control.insert(control.end(), bytes.begin(), bytes.end());
    };
    append(made_of.internal_key.bytes);
    for (const auto& hash : path)
        append(hash.bytes);
    out.push_back(std::move(control));
    return out;
}

SignedInput InputSigner::sign_taproot(ByteSpan program) const {
    if (hashes_.spent_outputs.size() != tx_.inputs.size()) return {};
    const auto output = crypto::XOnlyKey::from_bytes(program);
    if (!output) return {};
    const auto by_key = [&](const std::optional<crypto::PrivateKey>& key) -> SignedInput {
        auto made = key ? schnorr_signature(*key, std::nullopt) : std::nullopt;
        if (!made) return {};
        return {.witness = {std::move(*made)}, .is_known = true};
    };
    const auto known = ring_.taproot.find(*output);
    if (known == ring_.taproot.end()) {
        const auto* secret = ring_.find_secret(*output);
        return secret ? by_key(secret->key) : SignedInput{};
    }
    const TaprootOutput& made_of = known->second;
    if (const auto* secret = ring_.find_secret(made_of.internal_key)) {
        const auto tweak = script::tap_tweak_hash(made_of.internal_key, made_of.merkle_root);
        return by_key(secret->key.tweak_x_only(tweak.bytes));
    }
    const auto tree = taproot_tree(made_of.leaves);
    const auto tweaked = script::taproot_output_key(made_of.internal_key, made_of.merkle_root);
    if (!tree || !tweaked) return {};
    SignedInput out;
    for (const std::size_t i : leaves_in_order(made_of.leaves, *tree)) {
        auto stack = satisfy_leaf(made_of, tweaked->parity, i, tree->paths[i]);
        const bool is_better = !out.is_known || size_of(stack) < size_of(out.witness);
        if (!stack.empty() && is_better) out = {.witness = std::move(stack), .is_known = true};
    }
    return out;
}

SignedInput InputSigner::sign_witness(const script::WitnessProgram& program) const {
    const ByteSpan bytes = program.program;
    if (program.version != 0) return {};
    if (bytes.size() == std::tuple_size_v<crypto::Digest160>) {
        crypto::Digest160 hash;
        std::ranges::copy(bytes, hash.begin());
        auto made =
            satisfy_key_hash(script::pay_to_pubkey_hash(hash), bytes, SigningRules::segwit_v0);
        return {.witness = std::move(made.stack), .is_known = true};
    }
    const auto inner = witness_script(bytes);
    if (!inner) return {};
    auto made = satisfy(*inner, SigningRules::segwit_v0);
    made.stack.emplace_back(inner->bytes().begin(), inner->bytes().end());
    return {.witness = std::move(made.stack), .is_known = made.is_known};
}

SignedInput InputSigner::sign() const {
    const Script& locking = spent_.script_pubkey;
    const auto solution = script::solve(locking.bytes());
    switch (solution.type) {
        case OutputType::witness_v1_taproot:
            return sign_taproot(solution.data[0]);
        case OutputType::witness_v0_key_hash:
        case OutputType::witness_v0_script_hash:
            return sign_witness(*script::witness_program(locking.bytes()));
        case OutputType::script_hash: {
            const auto redeem = redeem_script(solution.data[0]);
            if (!redeem) return {};
            Bytes pushed(redeem->bytes().begin(), redeem->bytes().end());
            if (const auto program = script::witness_program(redeem->bytes())) {
                auto out = sign_witness(*program);
                out.script_sig = push_all({std::move(pushed)});
                return out;
            }
            auto made = satisfy(*redeem, SigningRules::legacy);
            made.stack.push_back(std::move(pushed));
            return {.script_sig = push_all(made.stack), .is_known = made.is_known};
        }
        case OutputType::nonstandard:
        case OutputType::anchor:
        case OutputType::pubkey:
        case OutputType::pubkey_hash:
        case OutputType::multisig:
        case OutputType::null_data:
        case OutputType::witness_unknown:
            break;
    }
    const auto made = satisfy(locking, SigningRules::legacy);
    return {.script_sig = push_all(made.stack), .is_known = made.is_known};
}

}  // namespace

bool sign_input(Transaction& tx, std::uint32_t index, const TxOutput& spent,
                const script::PrecomputedHashes& hashes, const KeyRing& ring,
                std::uint8_t hash_type) {
    const auto is_signed = [&] {
        return script::verify_input({tx, index, spent, hashes, script::standard_flags}) ==
               script::ScriptError::ok;
    };
    if (is_signed()) return true;
    const bool signs_one_output =
        (hash_type & ~script::sighash_anyonecanpay) == script::sighash_single;
    if (signs_one_output && index >= tx.outputs.size()) return false;

    auto made = InputSigner(tx, index, spent, hashes, ring, hash_type).sign();
    TxInput& input = tx.inputs[index];
    if (made.is_known || input.script_sig.empty()) input.script_sig = std::move(made.script_sig);
    if (made.is_known || input.witness.empty()) input.witness = std::move(made.witness);
    return is_signed();
}

}  // namespace daler::descriptor
