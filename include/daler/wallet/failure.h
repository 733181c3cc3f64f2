#pragma once

#include <daler/util/result.h>

#include <cstdint>
#include <string>

namespace daler::wallet {

/// What kind of mistake or lack a request met; each has its error code in the RPC interface.
enum class FailureKind : std::uint8_t {
    misc,
    wallet,
    insufficient_funds,
    invalid_parameter,
    invalid_address_or_key,
    keypool_ran_out,
    encryption_failed,
    not_found,
    not_specified,
    already_loaded,
    already_exists,
};

/// Why a wallet does not do what it was asked.
struct Failure {
    FailureKind kind;
    std::string message;  ///< bitcoind's words, where it has some
};

template <class T>
using Outcome = Result<T, Failure>;

[[nodiscard]] inline tl::unexpected<Failure> fail(FailureKind kind, std::string message) {
    return daler::fail(Failure{kind, std::move(message)});
}

}  // namespace daler::wallet
