#pragma once

#include <daler/encoding/json.h>
#include <daler/primitives/transaction.h>
#include <daler/rpc/method.h>

namespace daler::rpc {

/// The most hashes of one call, unless it says otherwise: some minutes of one core.
inline constexpr std::int64_t usual_max_tries = 1'000'000'000;

/// The output script for the coinbases of a call: of the address in `options`, or else a new one of
/// the wallet that the call uses. -5 if it is no address of this chain.
[[nodiscard]] Script coinbase_script(const Call& call, const Json& options);

/// The member `maxtries` of `options`, or usual_max_tries. -8 if it is negative.
[[nodiscard]] std::uint64_t max_tries(const Json& options);

/// The member `key` of `options` as an integer from `least` to `most`, or `fallback`; -8 outside.
[[nodiscard]] std::int64_t integer_option(const Json& options, std::string_view key,
                                          std::int64_t fallback, std::int64_t least,
                                          std::int64_t most);

}  // namespace daler::rpc
