#pragma once

#include <daler/descriptor/descriptor.h>

#include <algorithm>
#include <functional>
#include <variant>

namespace daler::descriptor {

/// The form of a descriptor's text. Of `apostrophes`: public keys, and "'" marks hardened steps.
enum class TextMode : std::uint8_t { public_keys, private_keys, normalized, apostrophes };

/// A key expression (BIP 380): one key, or an extended key with a path that may end in "*".
class KeyExpression {
public:
    enum class Wildcard : std::uint8_t { none, normal, hardened };

    /// A single key: hex or WIF.
    struct Constant {
        crypto::PublicKey key;
        bool x_only = false;  ///< an x-only key, written without its first byte
        std::optional<WalletKey> secret;
    };

    /// An extended key and what to derive from it.
    struct Extended {
        crypto::ExtendedPublicKey root;
        std::optional<crypto::ExtendedPrivateKey> root_secret;
        std::vector<std::uint32_t> path;
        Wildcard wildcard = Wildcard::none;
        char hardened_mark = 'h';  ///< as it was written
        /// The root after the last hardened step of `path`; none: needs a private key.
        std::optional<crypto::ExtendedPublicKey> base{};
        /// Of Wildcard::hardened: keys by index, which were derived with the private key.
        std::map<std::uint32_t, crypto::PublicKey> known{};
        // The derivation for each index starts here: the root after `path`.
        std::optional<crypto::ExtendedPublicKey> parent{};  ///< none: needs a private key
        std::optional<crypto::ExtendedPrivateKey> parent_secret{};

        /// How many steps of `path` there are up to the last hardened one.
        [[nodiscard]] std::size_t hardened_size() const;
        /// Fills `parent` and `parent_secret`, and `base` if it can be derived.
        void derive_parent();
    };

    struct Origin {
        KeyOrigin origin;
        char hardened_mark = 'h';
    };

    struct Derived {
        crypto::PublicKey key;
        KeyOrigin origin;
    };

    KeyExpression(std::optional<Origin> origin, std::variant<Constant, Extended> key)
        : origin_(std::move(origin)), key_(std::move(key)) {}

    [[nodiscard]] bool is_range() const;
    [[nodiscard]] bool is_compressed() const;
    [[nodiscard]] bool has_secret() const;

    /// The key at `index`; nothing if it needs a private key that is missing.
    [[nodiscard]] std::optional<Derived> derive(std::uint32_t index) const;
    /// Its private key, if it is known.
    [[nodiscard]] std::optional<WalletKey> derive_secret(std::uint32_t index) const;

    /// The extended key as it was written; null if the key is a single one.
    [[nodiscard]] const crypto::ExtendedPublicKey* extended_key() const;
    /// Its private key as it was written: not derived from.
    [[nodiscard]] std::optional<descriptor::PrivateKeys::value_type> written_secret() const;
    /// The same without its private key. It can derive what `derive` gave with it, of a hardened
    /// wildcard only the keys in [begin, end).
    [[nodiscard]] KeyExpression without_secret(std::uint32_t begin, std::uint32_t end) const;
    /// With its private key, if `keys` has it.
    [[nodiscard]] KeyExpression with_secret(const PrivateKeys& keys) const;
    /// What it derives public keys with; those of a hardened wildcard in [begin, end).
    [[nodiscard]] KeyCache cache(std::uint32_t begin, std::uint32_t end) const;
    /// Takes the cache of the same expression. False if it is not of this one, or lacks something.
    bool take_cache(const KeyCache& cache);
    /// What an expression without private key has besides its text.
    void write_cache(ByteWriter& out) const;
    /// False if the bytes are not of such an expression.
    bool read_cache(ByteReader& in);

    /// Nothing only for TextMode::normalized, if the text needs a private key that is missing.
    [[nodiscard]] std::optional<std::string> to_text(TextMode mode,
                                                     const AddressFormat& format) const;

private:
    [[nodiscard]] std::string constant_text(const Constant& key, TextMode mode,
                                            const AddressFormat& format) const;
    [[nodiscard]] std::string extended_text(const Extended& key, TextMode mode,
                                            const AddressFormat& format) const;
    [[nodiscard]] std::optional<std::string> normalized_text(const Extended& key,
                                                             const AddressFormat& format) const;

    std::optional<Origin> origin_;
    std::variant<Constant, Extended> key_;
};

/// The place of a key or script in a descriptor, which decides what is allowed.
enum class ScriptContext : std::uint8_t { top, p2sh, p2wpkh, p2wsh, p2tr };

/// The most paths of one multipath specifier: each is a descriptor of its own.
inline constexpr std::size_t max_multipath_items = 100;

/// What the keys of a descriptor have instead of one step of their path, as in "<0;1>" (BIP 389).
struct Multipath {
    std::size_t chosen = 0;            ///< which item is read
    std::vector<std::size_t> sizes{};  ///< how many items each specifier had that was read

    /// Whether the specifiers from position `first` on have the same number of items.
    [[nodiscard]] bool is_even(std::size_t first = 0) const {
        return std::ranges::adjacent_find(sizes.begin() + static_cast<std::ptrdiff_t>(first),
                                          sizes.end(), std::ranges::not_equal_to()) == sizes.end();
    }
};

/// Parses a key expression. The reason of a failure is bitcoind's text.
[[nodiscard]] Result<KeyExpression, std::string> parse_key(std::string_view text,
                                                           ScriptContext context,
                                                           const AddressFormat& format,
                                                           Multipath& multipath);

}  // namespace daler::descriptor
