#pragma once

#include <daler/crypto/key.h>
#include <daler/primitives/address_format.h>
#include <daler/primitives/script.h>

#include <optional>
#include <string>
#include <vector>

namespace daler::descriptor {

/// Why a text is not an address.
struct AddressError {
    std::string message;                 ///< bitcoind's words, as validateaddress shows them
    std::vector<std::size_t> positions;  ///< characters that are probably mistyped (bech32 only)

    bool operator==(const AddressError&) const = default;
};

/// The output script of an address of this chain: P2PKH, P2SH, or a witness program of any version
/// (BIPs 141, 173, 350; P2A is one of them).
[[nodiscard]] Result<Script, AddressError> decode_address(std::string_view text,
                                                          const AddressFormat& format);

/// The address of an output script; nothing if it has none (bare keys and multisig, data, anything
/// nonstandard).
[[nodiscard]] std::optional<std::string> encode_address(ByteSpan script,
                                                        const AddressFormat& format);
[[nodiscard]] inline std::optional<std::string> encode_address(const Script& script,
                                                               const AddressFormat& format) {
    return encode_address(script.bytes(), format);
}

/// A private key and the form of its public key.
struct WalletKey {
    crypto::PrivateKey key;
    bool compressed = true;

    [[nodiscard]] crypto::PublicKey public_key() const { return key.public_key(compressed); }
};

/// Reads a key in wallet import format; nothing if it is not one of this chain's.
[[nodiscard]] std::optional<WalletKey> decode_wif(std::string_view text,
                                                  const AddressFormat& format);
[[nodiscard]] std::string encode_wif(const WalletKey& key, const AddressFormat& format);

}  // namespace daler::descriptor
