#pragma once

#include <daler/consensus/check_transaction.h>
#include <daler/descriptor/key_ring.h>
#include <daler/encoding/json.h>
#include <daler/primitives/transaction.h>

#include <map>

namespace daler::rpc {

/// Reads the prevtxs of the signing methods into coins, and into scripts unless `ring` is null:
/// then scripts are neither read nor checked. Throws Bitcoin Core's codes and texts.
void add_given_coins(const Json& given, std::map<OutPoint, consensus::Coin>& coins,
                     descriptor::KeyRing* ring);

/// Signs what `ring` can sign, and answers as the signing methods do: hex, complete, errors. -3
/// "Missing amount for ..." if an input has a witness and its coin was given without its amount.
[[nodiscard]] Json sign_transaction(Transaction tx,
                                    const std::map<OutPoint, consensus::Coin>& coins,
                                    const descriptor::KeyRing& ring, std::uint8_t hash_type);

}  // namespace daler::rpc
