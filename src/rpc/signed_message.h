#pragma once

#include <daler/crypto/hash.h>

#include <string_view>

namespace daler::rpc {

/// What the signature of a text signs, as in signmessage of Bitcoin Core.
[[nodiscard]] crypto::Digest256 message_hash(std::string_view message);

}  // namespace daler::rpc
