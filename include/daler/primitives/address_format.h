#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace daler {

/// Text prefixes of addresses and keys.
struct AddressFormat {
    std::uint8_t pubkey_hash;
    std::uint8_t script_hash;
    std::uint8_t secret_key;
    std::array<std::uint8_t, 4> extended_public;  ///< "xpub" / "tpub"
    std::array<std::uint8_t, 4> extended_secret;  ///< "xprv" / "tprv"
    std::string bech32_hrp;
};

}  // namespace daler
