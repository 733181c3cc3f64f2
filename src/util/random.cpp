#include <daler/util/random.h>

#include <daler/util/ensure.h>

#include <sys/random.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace daler {

void fill_secure_random(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        const ssize_t got = getrandom(out.data(), out.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) throw std::system_error(errno, std::generic_category(), "getrandom");
        out = out.subspan(static_cast<std::size_t>(got));
    }
}

std::uint64_t Random::next() {
    if (repeatable_) return (*repeatable_)();
    if (left_ == 0) {
        fill_secure_random({reinterpret_cast<std::uint8_t*>(fetched_.data()), sizeof fetched_});
        left_ = fetched_.size();
    }
    return std::exchange(fetched_[--left_], 0);
}

std::uint64_t Random::below(std::uint64_t limit) {
    ensure(limit > 0);
    return std::uniform_int_distribution<std::uint64_t>(0, limit - 1)(*this);
}

double Random::exponential(double mean) {
    return std::exponential_distribution<double>(1.0 / mean)(*this);
}

}  // namespace daler
