#pragma once

#include <daler/crypto/key.h>

#include <secp256k1.h>

namespace daler::crypto {

/// The context of the process: made and blinded at first use, and not changed afterwards, so any
/// thread may use it.
[[nodiscard]] const secp256k1_context* secp_context();

/// Reads `key`; false if it is not on the curve.
[[nodiscard]] bool parse_public_key(const PublicKey& key, secp256k1_pubkey& out);

[[nodiscard]] PublicKey serialize_public_key(const secp256k1_pubkey& key, bool compressed);

}  // namespace daler::crypto
