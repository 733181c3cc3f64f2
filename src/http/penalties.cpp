#include "penalties.h"

#include <algorithm>

namespace daler::http {
namespace {

boost::asio::ip::address without_host_part(const boost::asio::ip::address& address) {
    if (!address.is_v6() || address.to_v6().is_v4_mapped()) return address;
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
    return boost::asio::ip::address_v6(bytes);
}

}  // namespace

std::optional<Penalties::Clock::duration> Penalties::add(const boost::asio::ip::address& address,
                                                         Clock::time_point now) {
    std::erase_if(last_, [now](const auto& entry) { return entry.second < now; });
    auto& last = last_.try_emplace(without_host_part(address), now).first->second;
    const auto turn = last + step_;
    if (turn - now > longest_) return std::nullopt;
    last = turn;
    return turn - now;
}

}  // namespace daler::http
