#pragma once

#include <daler/encoding/bytes.h>

#include <array>

namespace daler::psbt {

inline constexpr std::array<std::uint8_t, 5> magic{'p', 's', 'b', 't', 0xff};
/// Ends a map.
inline constexpr std::uint8_t separator = 0;
inline constexpr std::uint32_t highest_version = 0;

// The types of keys (BIP 174, BIP 371), without those that only version 2 has.
namespace global_type {
enum : std::uint8_t { unsigned_tx = 0x00, extended_key = 0x01, version = 0xfb, proprietary = 0xfc };
}
namespace input_type {
enum : std::uint8_t {
    non_witness_utxo = 0x00,
    witness_utxo = 0x01,
    signature = 0x02,
    sighash_type = 0x03,
    redeem_script = 0x04,
    witness_script = 0x05,
    origin = 0x06,
    final_script_sig = 0x07,
    final_witness = 0x08,
    ripemd160 = 0x0a,
    sha256 = 0x0b,
    hash160 = 0x0c,
    hash256 = 0x0d,
    key_path_signature = 0x13,
    leaf_signature = 0x14,
    leaf_script = 0x15,
    taproot_origin = 0x16,
    internal_key = 0x17,
    merkle_root = 0x18,
    proprietary = 0xfc
};
}
namespace output_type {
enum : std::uint8_t {
    redeem_script = 0x00,
    witness_script = 0x01,
    origin = 0x02,
    internal_key = 0x05,
    tree = 0x06,
    taproot_origin = 0x07,
    proprietary = 0xfc
};
}

}  // namespace daler::psbt
