#pragma once

#include <daler/primitives/amount.h>

#include <cstddef>
#include <vector>

namespace daler::fees {

/// The upper bounds of the buckets of fee rates, in satoshis per 1000 virtual bytes. Each is 5%
/// above the one before; the last bucket has all higher rates. The bounds are part of
/// fee_estimates.dat.
[[nodiscard]] const std::vector<double>& bucket_bounds();

/// The bucket of a rate: the first one whose bound is not below it.
[[nodiscard]] std::size_t bucket_of(FeeRate rate);

}  // namespace daler::fees
