#pragma once

#include <daler/util/result.h>

#include <cstdint>
#include <string>

namespace daler::wallet {

/// The kind of a failure. The RPC interface has an error code for each kind.
enum class FailureKind : std::uint8_t {
    misc,
    wallet,
    insufficient_funds,  ///< also other reasons why no payment could be made
    too_few_coins,       ///< those that may be spent now do not suffice for a payment
    invalid_parameter,
    invalid_address_or_key,
    keypool_ran_out,
    unlock_needed,  ///< the wallet is locked
    not_found,
    not_specified,
    already_loaded,
    already_exists,
    sighash_mismatch,  ///< a PSBT asks for another type of signature
    missing_inputs,    ///< a transaction spends outputs that do not exist
};

/// Why a request to a wallet failed.
struct Failure {
    FailureKind kind;
    std::string message;  ///< Bitcoin Core's text, if it has one
};

template <class T>
using Outcome = Result<T, Failure>;

[[nodiscard]] inline tl::unexpected<Failure> fail(FailureKind kind, std::string message) {
    return daler::fail(Failure{kind, std::move(message)});
}

}  // namespace daler::wallet
