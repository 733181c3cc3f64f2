#pragma once

#include <daler/crypto/key.h>
#include <daler/descriptor/descriptor.h>
#include <daler/rpc/method.h>
#include <daler/rpc/values.h>

#include <functional>

namespace daler::rpc {

/// What an array of descriptors may hold.
inline const std::initializer_list<Argument> descriptor_items = {
    {"descriptor", secret(Type::string), "null", "A descriptor"},
    {"",
     Type::object,
     "null",
     "A descriptor with a range",
     {{"desc", secret(Type::string), "", "The descriptor"},
      {"range", Type::any, "1000", "The last index, or [first, last]", {}, "n or [n,n]"}}}};

/// A public key in hex; -5 `Pubkey "X" must be a hex string` and so on.
[[nodiscard]] crypto::PublicKey to_public_key(const std::string& text);

/// Reads a descriptor as text, or as an object with `desc` and `range`, and calls `visit` with the
/// scripts, and the keys and scripts behind them, of each index: 0 to 1000 if no range is given.
/// Throws Bitcoin Core's codes and texts.
void for_each_index(
    const Json& given, const Services& node, descriptor::Descriptor::Secrets secrets,
    const std::function<void(const std::vector<Script>&, const descriptor::KeyRing&)>& visit);

}  // namespace daler::rpc
