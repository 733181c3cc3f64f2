#include <daler/descriptor/signing.h>

#include <daler/script/script_reader.h>
#include <daler/script/standard.h>
#include <daler/script/taproot.h>

namespace daler::descriptor {
namespace {

using script::OutputType;

// ECDSA signatures with their hash type byte are never shorter nor longer.
constexpr std::size_t min_signature_size = 9;
constexpr std::size_t max_signature_size = 73;

/// Which rules a signature's hash follows.
enum class Rules : std::uint8_t { legacy, segwit_v0 };

/// What makes one script true, as far as we have it.
struct Satisfaction {
    std::vector<Bytes> stack;
    bool complete = false;
};

class InputSigner {
public:
    InputSigner(Transaction& tx, std::uint32_t index, const TxOutput& spent,
                const script::PrecomputedHashes& hashes, const KeyRing& ring,
                std::uint8_t hash_type)
        : tx_(tx), index_(index), spent_(spent), hashes_(hashes), ring_(ring), type_(hash_type) {
        collect_given();
    }

    bool sign();

private:
    /// Everything pushed by the input as it came: signatures and scripts of other signers.
    void collect_given();
    [[nodiscard]] Hash256 hash(ByteSpan script_code, std::uint8_t hash_type, Rules rules) const;
    [[nodiscard]] std::optional<Bytes> signature(const crypto::PublicKey& key, ByteSpan script_code,
                                                 Rules rules) const;
    [[nodiscard]] std::optional<Bytes> given_signature(const crypto::PublicKey& key,
                                                       ByteSpan script_code, Rules rules) const;
    [[nodiscard]] Satisfaction satisfy(const Script& script, Rules rules) const;
    [[nodiscard]] Satisfaction satisfy_key_hash(const Script& script, ByteSpan hash,
                                                Rules rules) const;
    [[nodiscard]] Satisfaction satisfy_multisig(const Script& script,
                                                const std::vector<Bytes>& data, Rules rules) const;
    [[nodiscard]] std::optional<Script> redeem_script(ByteSpan hash160) const;
    [[nodiscard]] std::optional<Script> witness_script(ByteSpan sha256) const;
    bool sign_witness(const script::WitnessProgram& program);
    bool sign_taproot(ByteSpan program);

    TxInput& input() { return tx_.inputs[index_]; }

    Transaction& tx_;
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
    while (const auto instruction = reader.next()) {
        given_.emplace_back(instruction->data.begin(), instruction->data.end());
    }
}

Hash256 InputSigner::hash(ByteSpan script_code, std::uint8_t hash_type, Rules rules) const {
    return rules == Rules::legacy ? script::legacy_sighash(tx_, index_, script_code, hash_type)
                                  : script::segwit_v0_sighash(tx_, index_, script_code,
                                                              spent_.value, hash_type, hashes_);
}

std::optional<Bytes> InputSigner::given_signature(const crypto::PublicKey& key,
                                                  ByteSpan script_code, Rules rules) const {
    for (const auto& item : given_) {
        if (item.size() < min_signature_size || item.size() > max_signature_size) continue;
        const auto digest = hash(script_code, item.back(), rules);
        if (key.verify_ecdsa(digest.bytes, ByteSpan(item).first(item.size() - 1))) return item;
    }
    return std::nullopt;
}

std::optional<Bytes> InputSigner::signature(const crypto::PublicKey& key, ByteSpan script_code,
                                            Rules rules) const {
    const auto* secret = ring_.find_secret(key.hash());
    if (!secret || (rules == Rules::segwit_v0 && !key.is_compressed())) {
        return given_signature(key, script_code, rules);
    }
    std::uint8_t type = type_;
    if (type == script::sighash_default) type = script::sighash_all;
    Bytes out = secret->key.sign_ecdsa(hash(script_code, type, rules).bytes);
    out.push_back(type);
    return out;
}

Satisfaction InputSigner::satisfy_key_hash(const Script& script, ByteSpan hash, Rules rules) const {
    crypto::Digest160 id;
    std::ranges::copy(hash, id.begin());
    std::optional<crypto::PublicKey> key;
    if (const auto* known = ring_.find_public_key(id)) key = *known;
    for (const auto& item : given_) {
        if (!key && crypto::hash160(item) == id) key = crypto::PublicKey::from_bytes(item);
    }
    if (!key) return {};
    auto made = signature(*key, script.bytes(), rules);
    if (!made) return {};
    return {{std::move(*made), Bytes(key->bytes().begin(), key->bytes().end())}, true};
}

Satisfaction InputSigner::satisfy_multisig(const Script& script, const std::vector<Bytes>& data,
                                           Rules rules) const {
    const std::size_t required = data.front().at(0);
    // OP_CHECKMULTISIG takes one element too many; it must be empty (BIP 147).
    Satisfaction out{{Bytes{}}, false};
    for (std::size_t i = 1; i + 1 < data.size() && out.stack.size() <= required; ++i) {
        const auto key = crypto::PublicKey::from_bytes(data[i]);
        if (!key) continue;
        if (auto made = signature(*key, script.bytes(), rules)) {
            out.stack.push_back(std::move(*made));
        }
    }
    out.complete = out.stack.size() == required + 1;
    // The places of missing signatures stay visible to the next signer.
    out.stack.resize(required + 1);
    return out;
}

Satisfaction InputSigner::satisfy(const Script& script, Rules rules) const {
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
        default:
            return {};
    }
}

std::optional<Script> InputSigner::redeem_script(ByteSpan hash160) const {
    if (const auto* known = ring_.find_script(hash160)) return *known;
    for (const auto& item : given_) {
        if (std::ranges::equal(crypto::hash160(item), hash160)) return Script(item);
    }
    return std::nullopt;
}

std::optional<Script> InputSigner::witness_script(ByteSpan sha256) const {
    if (const auto* known = ring_.find_witness_script(sha256)) return *known;
    for (const auto& item : given_) {
        if (std::ranges::equal(crypto::sha256(item), sha256)) return Script(item);
    }
    return std::nullopt;
}

bool InputSigner::sign_taproot(ByteSpan program) {
    if (hashes_.spent_outputs.size() != tx_.inputs.size()) return false;
    const auto output = crypto::XOnlyKey::from_bytes(program);
    const auto made_of = output ? ring_.taproot.find(*output) : ring_.taproot.end();
    std::optional<crypto::PrivateKey> key;
    if (made_of != ring_.taproot.end()) {
        const auto& [internal_key, root, leaves] = made_of->second;
        if (const auto* secret = ring_.find_secret(internal_key)) {
            key = secret->key.tweak_x_only(script::tap_tweak_hash(internal_key, root).bytes);
        }
    } else if (output) {
        if (const auto* secret = ring_.find_secret(*output)) key = secret->key;
    }
    if (!key) return false;
    const auto digest =
        script::taproot_sighash(tx_, index_, type_, hashes_, std::nullopt, std::nullopt);
    if (!digest) return false;
    const auto made = key->sign_schnorr(digest->bytes, {});
    Bytes signature(made.begin(), made.end());
    if (type_ != script::sighash_default) signature.push_back(type_);
    input().witness = {std::move(signature)};
    return true;
}

bool InputSigner::sign_witness(const script::WitnessProgram& program) {
    const ByteSpan bytes = program.program;
    if (program.version == 0 && bytes.size() == std::tuple_size_v<crypto::Digest160>) {
        crypto::Digest160 hash;
        std::ranges::copy(bytes, hash.begin());
        auto [stack, complete] =
            satisfy_key_hash(script::pay_to_pubkey_hash(hash), bytes, Rules::segwit_v0);
        if (complete) input().witness = std::move(stack);
        return complete;
    }
    if (program.version != 0) return false;
    const auto inner = witness_script(bytes);
    if (!inner) return false;
    auto [stack, complete] = satisfy(*inner, Rules::segwit_v0);
    stack.emplace_back(inner->bytes().begin(), inner->bytes().end());
    input().witness = std::move(stack);
    return complete;
}

bool InputSigner::sign() {
    const Script& locking = spent_.script_pubkey;
    const auto solution = script::solve(locking.bytes());
    const auto set_script_sig = [this](const std::vector<Bytes>& stack) {
        input().script_sig.clear();
        for (const auto& item : stack) {
            script::push(input().script_sig, item);
        }
    };
    switch (solution.type) {
        case OutputType::anchor:
            return true;
        case OutputType::witness_v1_taproot:
            return sign_taproot(solution.data[0]);
        case OutputType::witness_v0_key_hash:
        case OutputType::witness_v0_script_hash:
            return sign_witness(*script::witness_program(locking.bytes()));
        case OutputType::script_hash: {
            const auto redeem = redeem_script(solution.data[0]);
            if (!redeem) return false;
            const Bytes pushed(redeem->bytes().begin(), redeem->bytes().end());
            if (const auto program = script::witness_program(redeem->bytes())) {
                set_script_sig({pushed});
                return sign_witness(*program);
            }
            auto [stack, complete] = satisfy(*redeem, Rules::legacy);
            stack.push_back(pushed);
            set_script_sig(stack);
            return complete;
        }
        default: {
            const auto [stack, complete] = satisfy(locking, Rules::legacy);
            if (!stack.empty()) set_script_sig(stack);
            return complete;
        }
    }
}

}  // namespace

bool sign_input(Transaction& tx, std::uint32_t index, const TxOutput& spent,
                const script::PrecomputedHashes& hashes, const KeyRing& ring,
                std::uint8_t hash_type) {
    return InputSigner(tx, index, spent, hashes, ring, hash_type).sign();
}

}  // namespace daler::descriptor
