#pragma once

#include <daler/descriptor/key_ring.h>

#include <memory>

namespace daler::descriptor {

struct DescriptorNode;

/// The kinds of addresses that a wallet can be asked for ("legacy", "p2sh-segwit", "bech32",
/// "bech32m").
enum class AddressType : std::uint8_t { legacy, p2sh_segwit, bech32, bech32m };

[[nodiscard]] std::optional<AddressType> address_type_by_name(std::string_view name);
[[nodiscard]] std::string_view name(AddressType type);

/// The checksum of a descriptor, eight characters that detect typing errors (BIP 380); nothing if
/// `text` has characters that no descriptor has.
[[nodiscard]] std::optional<std::string> checksum(std::string_view text);

/// Whether a text must end with '#' and its checksum.
enum class ChecksumRule : bool { optional, required };

/// Private keys by public key. Of extended keys without the chain code, which the public text has.
using PrivateKeys = std::map<crypto::PublicKey, crypto::PrivateKey>;

/// What one key expression of a descriptor derives public keys with, besides its text, as Bitcoin
/// Core's wallet files keep it. Empty for a key that is not extended.
struct KeyCache {
    std::optional<crypto::PublicKey> written{};  ///< the key that the text has
    /// After the last hardened step of its path, if there is one and no hardened wildcard follows.
    std::optional<crypto::ExtendedPublicKey> last_hardened{};
    /// After the whole path; nothing with a hardened wildcard.
    std::optional<crypto::ExtendedPublicKey> parent{};
    /// With a hardened wildcard: by index. A key that was derived before the private key was
    /// removed has zeros for its chain code and its parent's fingerprint.
    std::map<std::uint32_t, crypto::ExtendedPublicKey> derived{};
};

/// An output descriptor: a recipe for output scripts and how to spend them (BIPs 380 to 387 and
/// 389; pk, pkh, wpkh, combo, sh, wsh, multi, sortedmulti, multi_a and sortedmulti_a, tr, rawtr,
/// addr, raw, and in wsh and tr any miniscript of BIP 379). Immutable; copies share the data.
class Descriptor {
public:
    /// The reason of a failure is bitcoind's text.
    static Result<Descriptor, std::string> parse(std::string_view text, const AddressFormat& format,
                                                 ChecksumRule rule = ChecksumRule::optional);

    /// Also reads a text whose keys have several paths, as in "<0;1>": a descriptor for each of
    /// them (BIP 389). Not empty.
    static Result<std::vector<Descriptor>, std::string> parse_all(
        std::string_view text, const AddressFormat& format,
        ChecksumRule rule = ChecksumRule::optional);

    /// Has a "*": describes other scripts for each index.
    [[nodiscard]] bool is_range() const;
    /// Says how to spend its outputs (all but addr and raw).
    [[nodiscard]] bool is_solvable() const;
    /// Describes one script per index (all but combo).
    [[nodiscard]] bool is_single_script() const;
    /// The kind of its addresses; nothing for descriptors without one.
    [[nodiscard]] std::optional<AddressType> address_type() const;
    /// Holds at least one private key.
    [[nodiscard]] bool has_private_keys() const;
    /// Holds every private key that it mentions.
    [[nodiscard]] bool has_all_private_keys() const;

    /// Without private keys, with checksum.
    [[nodiscard]] std::string to_text() const;
    /// With the private keys it has, and checksum.
    [[nodiscard]] std::string to_private_text() const;
    /// As to_text, but with the extended keys after the last hardened step and their origin, so
    /// that its scripts can be derived without private keys. Nothing if that needs a private key
    /// that it does not have.
    [[nodiscard]] std::optional<std::string> to_normalized_text() const;

    /// The extended keys that its text has, each once, as public keys.
    [[nodiscard]] std::vector<crypto::ExtendedPublicKey> extended_keys() const;
    /// The private keys that its private text has.
    [[nodiscard]] PrivateKeys private_keys() const;
    /// The same without private keys. It has the same scripts; if they need hardened steps for each
    /// index, only those at the indices in [begin, end).
    [[nodiscard]] Descriptor without_private_keys(std::uint32_t begin, std::uint32_t end) const;
    /// With those of its private keys that `keys` has.
    [[nodiscard]] Descriptor with_private_keys(const PrivateKeys& keys) const;
    /// What one without private keys needs besides its text to derive its scripts.
    [[nodiscard]] Bytes derivation_cache() const;
    /// With the cache of the same descriptor; nothing if it is not of this one.
    [[nodiscard]] std::optional<Descriptor> with_derivation_cache(ByteSpan cache) const;

    /// The caches of its key expressions in the order of the text; keys of hardened wildcards at
    /// the indices in [begin, end) only.
    [[nodiscard]] std::vector<KeyCache> key_caches(std::uint32_t begin, std::uint32_t end) const;
    /// With the caches of the same descriptor, for each key expression one; nothing if they are not
    /// of this one, or lack what it needs to derive scripts.
    [[nodiscard]] std::optional<Descriptor> with_key_caches(std::span<const KeyCache> caches) const;

    /// Its identifier in Bitcoin Core's wallet files: the SHA-256 of the public text with "'" for
    /// hardened steps.
    [[nodiscard]] Hash256 core_id() const;
    /// Its identifier in the wallet: the SHA-256 of the public text.
    [[nodiscard]] Hash256 id() const;

    /// The output scripts at `index` (ignored unless is_range). Nothing if a key cannot be derived
    /// (hardened steps need private keys).
    [[nodiscard]] std::optional<std::vector<Script>> scripts(std::uint32_t index) const;

    /// The keys and scripts of those outputs; private keys are included for Secrets::include only.
    enum class Secrets : bool { exclude, include };
    [[nodiscard]] std::optional<KeyRing> key_ring(std::uint32_t index, Secrets secrets) const;

private:
    Descriptor(std::shared_ptr<const DescriptorNode> root, const AddressFormat& format);

    std::shared_ptr<const DescriptorNode> root_;
    std::shared_ptr<const AddressFormat> format_;
};

/// The most specific descriptor (with checksum) for one output script that `ring` allows.
[[nodiscard]] std::string infer(const Script& script, const KeyRing& ring,
                                const AddressFormat& format);

}  // namespace daler::descriptor
