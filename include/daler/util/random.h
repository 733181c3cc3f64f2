#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <span>

namespace daler {

/// Fills `out` with bytes fit for keys, from the operating system. Throws std::system_error if it
/// has none.
void fill_secure_random(std::span<std::uint8_t> out);

/// Random numbers from the operating system's cryptographic generator: the next one cannot be
/// predicted from earlier ones, so peers may see them. One made from a seed repeats itself: for
/// tests, and for wallets of reproducible networks. A generator in the sense of the standard
/// library (std::shuffle takes it). Not thread-safe: each owner has its own.
class Random {
public:
    using result_type = std::uint64_t;

    Random() = default;
    /// The same seed gives the same numbers.
    explicit Random(std::uint64_t seed) : repeatable_(seed) {}

    /// Uniform over all 64-bit values.
    [[nodiscard]] std::uint64_t next();
    std::uint64_t operator()() { return next(); }
    static constexpr std::uint64_t min() { return 0; }
    static constexpr std::uint64_t max() { return std::numeric_limits<std::uint64_t>::max(); }

    /// Uniform in [0, limit). Requires limit > 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t limit);

    /// Exponentially distributed with the given mean: the gaps between events of a Poisson process.
    [[nodiscard]] double exponential(double mean);

private:
    std::optional<std::mt19937_64> repeatable_;
    /// Fetched from the system in one call; used numbers are erased.
    std::array<std::uint64_t, 32> fetched_{};
    std::size_t left_ = 0;
};

}  // namespace daler
