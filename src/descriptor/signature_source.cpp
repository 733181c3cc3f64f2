#include <daler/descriptor/signing.h>
#include <daler/script/interpreter.h>
#include <daler/script/lock_times.h>

namespace daler::descriptor {
namespace {

// What PlaceholderSignatures fills in: usual signatures with their hash type (71), and of 64 bytes.
constexpr std::size_t ecdsa_placeholder_size = 71;
constexpr std::size_t schnorr_placeholder_size = 64;

}  // namespace

Hash256 InputSignatures::hash(ByteSpan script_code, std::uint8_t hash_type,
                              SigningRules rules) const {
    return rules == SigningRules::legacy
               ? script::legacy_sighash(tx_, index_, script_code, hash_type)
               : script::segwit_v0_sighash(tx_, index_, script_code, spent_.value, hash_type,
                                           hashes_);
}

std::optional<Bytes> InputSignatures::ecdsa(const KeyRing& ring, const crypto::PublicKey& key,
                                            ByteSpan script_code, SigningRules rules) const {
    const auto* secret = ring.find_secret(key.hash());
    if (!secret) return std::nullopt;
    if (rules == SigningRules::segwit_v0 && (!key.is_compressed() || !is_money(spent_.value)))
        return std::nullopt;
    const std::uint8_t type =
        type_ == script::sighash_default ? std::uint8_t{script::sighash_all} : type_;
    Bytes out = secret->key.sign_ecdsa(hash(script_code, type, rules).bytes);
    out.push_back(type);
    return out;
}

std::optional<Bytes> InputSignatures::schnorr(
    const crypto::PrivateKey& key, const std::optional<script::TapscriptContext>& tapscript) const {
    if (hashes_.spent_outputs.size() != tx_.inputs.size()) return std::nullopt;
    const auto digest =
        script::taproot_sighash(tx_, index_, type_, hashes_, std::nullopt, tapscript);
    if (!digest) return std::nullopt;
    const auto made = key.sign_schnorr(digest->bytes, {});
    Bytes out(made.begin(), made.end());
    if (type_ != script::sighash_default) out.push_back(type_);
    return out;
}

std::optional<Bytes> InputSignatures::key_path(const KeyRing& ring, const crypto::XOnlyKey& key,
                                               const std::optional<Hash256>& tweak) const {
    const auto* secret = ring.find_secret(key);
    if (!secret) return std::nullopt;
    if (!tweak) return schnorr(secret->key, std::nullopt);
    const auto tweaked = secret->key.tweak_x_only(tweak->bytes);
    return tweaked ? schnorr(*tweaked, std::nullopt) : std::nullopt;
}

std::optional<Bytes> InputSignatures::leaf(const KeyRing& ring, const LeafKey& key) const {
    const auto* secret = ring.find_secret(key.key);
    if (!secret) return std::nullopt;
    return schnorr(secret->key, script::TapscriptContext{.leaf_hash = key.leaf_hash});
}

bool InputSignatures::lock_time_holds(std::uint32_t lock_time) const {
    return script::lock_time_holds(lock_time, tx_, tx_.inputs[index_]);
}

bool InputSignatures::sequence_holds(std::uint32_t sequence) const {
    return script::sequence_holds(sequence, tx_, tx_.inputs[index_]);
}

bool InputSignatures::verifies(const Script& script_sig, const Witness& witness) const {
    Transaction tx = tx_;
    tx.inputs[index_].script_sig = script_sig;
    tx.inputs[index_].witness = witness;
    return script::verify_input({tx, index_, spent_, hashes_, script::standard_flags}) ==
           script::ScriptError::ok;
}

std::optional<Bytes> PlaceholderSignatures::ecdsa(const KeyRing&, const crypto::PublicKey&,
                                                  ByteSpan, SigningRules) const {
    return Bytes(ecdsa_placeholder_size);
}

std::optional<Bytes> PlaceholderSignatures::key_path(const KeyRing&, const crypto::XOnlyKey&,
                                                     const std::optional<Hash256>&) const {
    return Bytes(schnorr_placeholder_size);
}

std::optional<Bytes> PlaceholderSignatures::leaf(const KeyRing&, const LeafKey&) const {
    return Bytes(schnorr_placeholder_size);
}

bool PlaceholderSignatures::lock_time_holds(std::uint32_t) const {
    return true;
}

bool PlaceholderSignatures::sequence_holds(std::uint32_t) const {
    return true;
}

bool PlaceholderSignatures::verifies(const Script&, const Witness&) const {
    return true;
}

std::optional<Bytes> NoSignatures::ecdsa(const KeyRing&, const crypto::PublicKey&, ByteSpan,
                                         SigningRules) const {
    return std::nullopt;
}

std::optional<Bytes> NoSignatures::key_path(const KeyRing&, const crypto::XOnlyKey&,
                                            const std::optional<Hash256>&) const {
    return std::nullopt;
}

std::optional<Bytes> NoSignatures::leaf(const KeyRing&, const LeafKey&) const {
    return std::nullopt;
}

bool NoSignatures::lock_time_holds(std::uint32_t) const {
    return false;
}

bool NoSignatures::sequence_holds(std::uint32_t) const {
    return false;
}

bool NoSignatures::verifies(const Script&, const Witness&) const {
    return false;
}

}  // namespace daler::descriptor
