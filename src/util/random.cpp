#include <daler/util/random.h>

#include <daler/util/ensure.h>

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace daler {

void fill_secure_random(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        const ssize_t got = getrandom(out.data(), out.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) throw std::system_error(errno, std::generic_category(), "getrandom");
        out = out.subspan(static_cast<std::size_t>(got));
    }
}

namespace {

std::uint64_t system_seed() {
    std::array<std::uint8_t, 8> bytes{};
    fill_secure_random(bytes);
    std::uint64_t seed = 0;
    for (const auto byte : bytes)
        seed = seed << 8 | byte;
    return seed;
}

}  // namespace

Random::Random() : engine_(system_seed()) {}
Random::Random(std::uint64_t seed) : engine_(seed) {}

std::uint64_t Random::below(std::uint64_t limit) {
    ensure(limit > 0);
    return std::uniform_int_distribution<std::uint64_t>(0, limit - 1)(engine_);
}

double Random::exponential(double mean) {
    return std::exponential_distribution<double>(1.0 / mean)(engine_);
}

}  // namespace daler
