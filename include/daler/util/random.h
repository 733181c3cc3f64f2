#pragma once

#include <cstdint>
#include <random>
#include <span>

namespace daler {

/// Fills `out` with bytes fit for keys, from the operating system. Throws std::system_error if it
/// has none.
void fill_secure_random(std::span<std::uint8_t> out);

/// A fast generator for everything that is not a secret: nonces, jitter, sampling. Seeded from the
/// system, or by tests with a number to make a run repeatable. Not thread-safe: each owner has its
/// own.
class Random {
public:
    Random();
    explicit Random(std::uint64_t seed);

    /// Uniform over all 64-bit values.
    [[nodiscard]] std::uint64_t next() { return engine_(); }

    /// Uniform in [0, limit). Requires limit > 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t limit);

    /// Exponentially distributed with the given mean: the gaps between events of a Poisson process.
    [[nodiscard]] double exponential(double mean);

    std::mt19937_64& engine() { return engine_; }

private:
    std::mt19937_64 engine_;
};

}  // namespace daler
