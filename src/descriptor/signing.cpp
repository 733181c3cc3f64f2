#include <daler/descriptor/signing.h>
#include <daler/script/interpreter.h>
#include <daler/script/script_reader.h>
#include <daler/script/standard.h>

#include <algorithm>

#include "miniscript_spend.h"
#include "sane_miniscript.h"
#include "taproot_signing.h"

namespace daler::descriptor {
namespace {

using script::OutputType;

// The possible sizes of ECDSA signatures with their hash type byte.
constexpr std::size_t min_signature_size = 9;
constexpr std::size_t max_signature_size = 73;

/// The stack that makes one script true, or the known part of it.
struct Satisfaction {
    std::vector<Bytes> stack;
    bool complete = false;
    bool is_known = true;  ///< false: not one of the known scripts
};

Script push_all(const std::vector<Bytes>& items) {
    Script out;
    for (const auto& item : items)
        script::push(out, item);
    return out;
}

crypto::Digest160 to_digest160(ByteSpan bytes) {
    crypto::Digest160 out{};
    std::ranges::copy(bytes, out.begin());
    return out;
}

class SpendBuilder {
public:
    SpendBuilder(const SignatureSource& source, const KeyRing& ring, SpendData& data)
        : source_(source), ring_(ring), data_(data) {}

    /// Writes scriptSig and witness. True if they have all parts; does not verify them.
    bool build(const Script& locking);

private:
    /// The signature that is known, or a new one.
    std::optional<Bytes> signature(const crypto::PublicKey& key, ByteSpan script_code,
                                   SigningRules rules);
    [[nodiscard]] std::optional<crypto::PublicKey> find_key(const crypto::Digest160& hash) const;
    [[nodiscard]] std::optional<Script> find_script(const crypto::Digest160& hash) const;
    Satisfaction satisfy(const Script& script, SigningRules rules);
    Satisfaction satisfy_key(const Bytes& bytes, const Script& script, SigningRules rules);
    Satisfaction satisfy_key_hash(const Script& script, ByteSpan hash, SigningRules rules);
    Satisfaction satisfy_multisig(const Script& script, const std::vector<Bytes>& data,
                                  SigningRules rules);
    /// The stack of a P2WSH script.
    std::optional<Witness> satisfy_as_miniscript(const Script& script);
    bool build_bare(const Script& locking);
    bool build_script_hash(ByteSpan hash160);
    /// A witness program of version 0.
    bool build_witness(ByteSpan program);
    bool build_taproot(ByteSpan program);
    bool give_up();

    const SignatureSource& source_;
    const KeyRing& ring_;
    SpendData& data_;
};

std::optional<crypto::PublicKey> SpendBuilder::find_key(const crypto::Digest160& hash) const {
    if (const auto found = data_.signatures.find(hash); found != data_.signatures.end())
        return found->second.key;
    if (const auto found = data_.origins.find(hash); found != data_.origins.end())
        return found->second.key;
    if (const auto* known = ring_.find_public_key(hash)) return *known;
    return std::nullopt;
}

std::optional<Script> SpendBuilder::find_script(const crypto::Digest160& hash) const {
    if (const auto* known = ring_.find_script(hash)) return *known;
    for (const Script* given : {&data_.redeem_script, &data_.witness_script})
        if (!given->empty() && crypto::hash160(given->bytes()) == hash) return *given;
    return std::nullopt;
}

std::optional<Bytes> SpendBuilder::signature(const crypto::PublicKey& key, ByteSpan script_code,
                                             SigningRules rules) {
    const auto hash = key.hash();
    if (const auto found = data_.signatures.find(hash); found != data_.signatures.end())
        return found->second.signature;
    if (const auto* origin = ring_.find_origin(hash))
        data_.origins.emplace(hash, KeyWithOrigin{key, *origin});
    auto made = source_.ecdsa(ring_, key, script_code, rules);
    if (made)
        data_.signatures.emplace(hash, KeySignature{key, *made});
    else
        data_.missing.signatures.push_back(hash);
    return made;
}

Satisfaction SpendBuilder::satisfy_key(const Bytes& bytes, const Script& script,
                                       SigningRules rules) {
    const auto key = crypto::PublicKey::from_bytes(bytes);
    auto made = key ? signature(*key, script.bytes(), rules) : std::nullopt;
    if (!made) return {};
    return {{std::move(*made)}, true};
}

Satisfaction SpendBuilder::satisfy_key_hash(const Script& script, ByteSpan hash,
                                            SigningRules rules) {
    const auto id = to_digest160(hash);
    const auto key = find_key(id);
    if (!key) {
        data_.missing.public_keys.push_back(id);
        return {};
    }
    auto made = signature(*key, script.bytes(), rules);
    if (!made) return {};
    return {{std::move(*made), Bytes(key->bytes().begin(), key->bytes().end())}, true};
}

Satisfaction SpendBuilder::satisfy_multisig(const Script& script, const std::vector<Bytes>& data,
                                            SigningRules rules) {
    const std::size_t required = data.front().at(0);
    std::vector<std::optional<Bytes>> made(data.size() - 2);
    std::vector<bool> is_given(made.size());
    // Each key signs, also if it is not needed here: a PSBT collects the signatures.
    for (std::size_t i = 0; i < made.size(); ++i) {
        const auto key = crypto::PublicKey::from_bytes(data[i + 1]);
        if (!key) continue;
        is_given[i] = data_.given_signatures_first && data_.signatures.contains(key->hash());
        made[i] = signature(*key, script.bytes(), rules);
    }
    const auto given = static_cast<std::size_t>(std::ranges::count(is_given, true));
    std::size_t given_left = std::min(given, required);
    std::size_t new_left = required - given_left;
    // OP_CHECKMULTISIG takes one element too many; it must be empty (BIP 147).
    Satisfaction out{{Bytes{}}};
    for (std::size_t i = 0; i < made.size(); ++i) {
        std::size_t& left = is_given[i] ? given_left : new_left;
        if (!made[i] || left == 0) continue;
        --left;
        out.stack.push_back(std::move(*made[i]));
    }
    const std::size_t missing = required + 1 - out.stack.size();
    out.complete = missing == 0;
    // Bitcoin Core fills half of the missing places, which decides the error that callers see.
    out.stack.resize(out.stack.size() + (missing + 1) / 2);
    return out;
}

Satisfaction SpendBuilder::satisfy(const Script& script, SigningRules rules) {
    const auto solution = script::solve(script.bytes());
    switch (solution.type) {
        case OutputType::pubkey:
            return satisfy_key(solution.data[0], script, rules);
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

std::optional<Witness> SpendBuilder::satisfy_as_miniscript(const Script& script) {
    const auto find = [this](ByteSpan hash160) -> std::optional<Bytes> {
        const auto id = to_digest160(hash160);
        const auto key = find_key(id);
        if (key) return Bytes(key->bytes().begin(), key->bytes().end());
        data_.missing.public_keys.push_back(id);
        return std::nullopt;
    };
    const auto sign = [&](ByteSpan bytes) -> std::optional<Bytes> {
        const auto key = crypto::PublicKey::from_bytes(bytes);
        return key ? signature(*key, script.bytes(), SigningRules::segwit_v0) : std::nullopt;
    };
    return satisfy_miniscript(script.bytes(),
                              {miniscript::Context::p2wsh, find, sign, source_, data_.preimages});
}

bool SpendBuilder::give_up() {
    data_.is_known = false;
    return false;
}

bool SpendBuilder::build_taproot(ByteSpan program) {
    data_.has_witness = true;
    const auto output = crypto::XOnlyKey::from_bytes(program);
    auto made = output ? make_taproot_witness(*output, source_, ring_, data_) : Witness{};
    if (made.empty()) return give_up();
    data_.witness = std::move(made);
    return true;
}

bool SpendBuilder::build_witness(ByteSpan program) {
    if (program.size() == std::tuple_size_v<crypto::Digest160>) {
        data_.has_witness = true;
        auto made = satisfy_key_hash(script::pay_to_pubkey_hash(to_digest160(program)), program,
                                     SigningRules::segwit_v0);
        data_.witness = std::move(made.stack);
        return made.complete;
    }
    const auto inner = find_script(crypto::ripemd160(program));
    if (!inner) {
        crypto::Digest256 hash;
        std::ranges::copy(program, hash.begin());
        data_.missing.witness_script = hash;
        return give_up();
    }
    data_.witness_script = *inner;
    data_.has_witness = true;
    auto made = satisfy(*inner, SigningRules::segwit_v0);
    if (!made.complete && made.stack.empty()) {
        if (auto stack = satisfy_as_miniscript(*inner)) made = {std::move(*stack), true};
    }
    made.stack.emplace_back(inner->bytes().begin(), inner->bytes().end());
    data_.witness = std::move(made.stack);
    data_.is_known = made.is_known;
    return made.complete;
}

bool SpendBuilder::build_script_hash(ByteSpan hash160) {
    const auto id = to_digest160(hash160);
    const auto redeem = find_script(id);
    if (!redeem) {
        data_.missing.redeem_script = id;
        return give_up();
    }
    data_.redeem_script = *redeem;
    Bytes pushed(redeem->bytes().begin(), redeem->bytes().end());
    const auto program = script::witness_program(redeem->bytes());
    if (program && program->version == 0) {
        const bool complete = build_witness(program->program);
        data_.script_sig = push_all({std::move(pushed)});
        return complete;
    }
    auto made = satisfy(*redeem, SigningRules::legacy);
    made.stack.push_back(std::move(pushed));
    data_.script_sig = push_all(made.stack);
    data_.is_known = made.is_known;
    return made.complete;
}

bool SpendBuilder::build_bare(const Script& locking) {
    const auto made = satisfy(locking, SigningRules::legacy);
    data_.script_sig = push_all(made.stack);
    data_.is_known = made.is_known;
    return made.complete;
}

bool SpendBuilder::build(const Script& locking) {
    const auto solution = script::solve(locking.bytes());
    switch (solution.type) {
        case OutputType::witness_v1_taproot:
            return build_taproot(solution.data[0]);
        case OutputType::witness_v0_key_hash:
        case OutputType::witness_v0_script_hash:
            return build_witness(solution.data[0]);
        case OutputType::script_hash:
            return build_script_hash(solution.data[0]);
        case OutputType::nonstandard:
        case OutputType::anchor:
        case OutputType::pubkey:
        case OutputType::pubkey_hash:
        case OutputType::multisig:
        case OutputType::null_data:
        case OutputType::witness_unknown:
            break;
    }
    return build_bare(locking);
}

/// The items of an input's scriptSig and witness: signatures and scripts of other signers.
void add_items(const TxInput& input, std::vector<Bytes>& items) {
    items.insert(items.end(), input.witness.begin(), input.witness.end());
    script::ScriptReader reader(input.script_sig.bytes());
    while (const auto instruction = reader.next())
        items.emplace_back(instruction->data.begin(), instruction->data.end());
}

/// Finds the parts of an input among the items that it has already.
class GivenParts {
public:
    GivenParts(const std::vector<Bytes>& items, const InputSignatures& hashes, const KeyRing& ring)
        : items_(items), hashes_(hashes), ring_(ring) {}

    [[nodiscard]] SpendData find(const Script& locking) const;

private:
    [[nodiscard]] Script with_hash160(ByteSpan hash) const;
    [[nodiscard]] Script with_sha256(ByteSpan hash) const;
    [[nodiscard]] std::vector<crypto::PublicKey> keys_of(const Script& script) const;
    void add_signatures(const Script& script, SigningRules rules, SpendData& data) const;

    const std::vector<Bytes>& items_;
    const InputSignatures& hashes_;
    const KeyRing& ring_;
};

Script GivenParts::with_hash160(ByteSpan hash) const {
    if (const auto* known = ring_.find_script(hash)) return *known;
    for (const auto& item : items_)
        if (std::ranges::equal(crypto::hash160(item), hash)) return Script(item);
    return {};
}

Script GivenParts::with_sha256(ByteSpan hash) const {
    return with_hash160(crypto::ripemd160(hash));
}

std::vector<crypto::PublicKey> GivenParts::keys_of(const Script& script) const {
    std::vector<crypto::PublicKey> out;
    const auto add = [&out](ByteSpan bytes) {
        if (const auto key = crypto::PublicKey::from_bytes(bytes)) out.push_back(*key);
    };
    const auto solution = script::solve(script.bytes());
    if (solution.type == OutputType::pubkey) add(solution.data[0]);
    if (solution.type == OutputType::pubkey_hash) {
        if (const auto* known = ring_.find_public_key(to_digest160(solution.data[0])))
            out.push_back(*known);
        for (const auto& item : items_)
            if (std::ranges::equal(crypto::hash160(item), solution.data[0])) add(item);
    }
    if (solution.type == OutputType::multisig)
        for (std::size_t i = 1; i + 1 < solution.data.size(); ++i)
            add(solution.data[i]);
    if (solution.type == OutputType::nonstandard) {
        const auto context = miniscript::Context::p2wsh;
        const auto sane = sane_miniscript(script.bytes(), context, keys_of_ring(ring_, context));
        for (const auto& key : sane ? sane->keys : std::vector<Bytes>{})
            add(key);
    }
    return out;
}

void GivenParts::add_signatures(const Script& script, SigningRules rules, SpendData& data) const {
    for (const auto& key : keys_of(script)) {
        for (const auto& item : items_) {
            if (item.size() < min_signature_size || item.size() > max_signature_size) continue;
            const auto digest = hashes_.hash(script.bytes(), item.back(), rules);
            if (!key.verify_ecdsa(digest.bytes, ByteSpan(item).first(item.size() - 1))) continue;
            data.signatures.emplace(key.hash(), KeySignature{key, item});
            break;
        }
    }
}

SpendData GivenParts::find(const Script& locking) const {
    SpendData data;
    data.given_signatures_first = true;
    Script script = locking;
    auto rules = SigningRules::legacy;
    if (script::is_pay_to_script_hash(script.bytes())) {
        data.redeem_script = with_hash160(script::solve(script.bytes()).data[0]);
        script = data.redeem_script;
    }
    const auto solution = script::solve(script.bytes());
    if (solution.type == OutputType::witness_v0_key_hash) {
        rules = SigningRules::segwit_v0;
        script = script::pay_to_pubkey_hash(to_digest160(solution.data[0]));
    } else if (solution.type == OutputType::witness_v0_script_hash) {
        rules = SigningRules::segwit_v0;
        data.witness_script = with_sha256(solution.data[0]);
        script = data.witness_script;
    }
    add_signatures(script, rules, data);
    return data;
}

bool passes(const Transaction& tx, std::uint32_t index, const TxOutput& spent,
            const script::PrecomputedHashes& hashes) {
    return script::verify_input({tx, index, spent, hashes, script::standard_flags}) ==
           script::ScriptError::ok;
}

/// Signs with `ring` and with what is among `items`.
bool finish_input(Transaction& tx, std::uint32_t index, const TxOutput& spent,
                  const script::PrecomputedHashes& hashes, const KeyRing& ring,
                  std::uint8_t hash_type, const std::vector<Bytes>& items) {
    const InputSignatures source(tx, index, spent, hashes, hash_type);
    auto data = GivenParts(items, source, ring).find(spent.script_pubkey);
    const bool complete = make_spend(spent.script_pubkey, source, ring, data);
    TxInput& input = tx.inputs[index];
    if (data.is_known || input.script_sig.empty()) input.script_sig = std::move(data.script_sig);
    if (data.is_known || input.witness.empty()) input.witness = std::move(data.witness);
    // A witness script that nobody needs to sign, such as OP_TRUE, suffices without any parts.
    return complete || passes(tx, index, spent, hashes);
}

}  // namespace

bool make_spend(const Script& locking, const SignatureSource& source, const KeyRing& ring,
                SpendData& data) {
    if (data.complete) return true;
    const bool has_all_parts = SpendBuilder(source, ring, data).build(locking);
    data.complete = has_all_parts && source.verifies(data.script_sig, data.witness);
    return data.complete;
}

bool sign_input(Transaction& tx, std::uint32_t index, const TxOutput& spent,
                const script::PrecomputedHashes& hashes, const KeyRing& ring,
                std::uint8_t hash_type) {
    if (passes(tx, index, spent, hashes)) return true;
    const bool signs_one_output =
        (hash_type & ~script::sighash_anyonecanpay) == script::sighash_single;
    if (signs_one_output && index >= tx.outputs.size()) return false;
    std::vector<Bytes> items;
    add_items(tx.inputs[index], items);
    return finish_input(tx, index, spent, hashes, ring, hash_type, items);
}

bool combine_input(Transaction& tx, std::uint32_t index, const TxOutput& spent,
                   const script::PrecomputedHashes& hashes, std::span<const Transaction> variants) {
    const TxInput first = tx.inputs[index];
    std::vector<Bytes> items;
    for (const auto& variant : variants) {
        if (index >= variant.inputs.size()) continue;
        tx.inputs[index].script_sig = variant.inputs[index].script_sig;
        tx.inputs[index].witness = variant.inputs[index].witness;
        if (passes(tx, index, spent, hashes)) return true;
        add_items(variant.inputs[index], items);
    }
    tx.inputs[index] = first;
    return finish_input(tx, index, spent, hashes, {}, script::sighash_all, items);
}

}  // namespace daler::descriptor
