#include "ip_range.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <string>

namespace daler::http {
namespace {

namespace ip = boost::asio::ip;

ip::address unwrap(const ip::address& address) {
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

std::optional<ip::address> parse_address(std::string_view text) {
    // As in a URL.
    if (text.size() > 2 && text.front() == '[' && text.back() == ']')
        text = text.substr(1, text.size() - 2);
    boost::system::error_code error;
    const auto address = ip::make_address(std::string(text), error);
    if (error) return std::nullopt;
    return unwrap(address);
}

std::vector<unsigned char> bytes_of(const ip::address& address) {
    if (address.is_v4()) {
        const auto bytes = address.to_v4().to_bytes();
        return {bytes.begin(), bytes.end()};
    }
    const auto bytes = address.to_v6().to_bytes();
    return {bytes.begin(), bytes.end()};
}

// The number of leading one bits of a mask that has no others.
std::optional<unsigned> mask_length(const ip::address& mask) {
    unsigned ones = 0;
    bool ended = false;
    for (const unsigned char byte : bytes_of(mask)) {
        const auto here = static_cast<unsigned>(std::countl_one(byte));
        if (ended ? byte != 0 : static_cast<unsigned>(std::popcount(byte)) != here)
            return std::nullopt;
        ones += here;
        ended = ended || here < 8;
    }
    return ones;
}

std::optional<unsigned> parse_length(std::string_view text, const ip::address& network) {
    const unsigned longest = network.is_v4() ? 32 : 128;
    unsigned length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error == std::errc{} && end == text.data() + text.size())
        return length <= longest ? std::optional(length) : std::nullopt;
    const auto mask = parse_address(text);
    if (!mask || mask->is_v4() != network.is_v4()) return std::nullopt;
    return mask_length(*mask);
}

}  // namespace

std::optional<IpRange> IpRange::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto network = parse_address(text.substr(0, slash));
    if (!network) return std::nullopt;
    IpRange out;
    out.network_ = *network;
    out.prefix_length_ = network->is_v4() ? 32 : 128;
    if (slash != std::string_view::npos) {
        const auto length = parse_length(text.substr(slash + 1), *network);
        if (!length) return std::nullopt;
        out.prefix_length_ = *length;
    }
    return out;
}

bool IpRange::contains(const ip::address& address) const {
    const auto asked = unwrap(address);
    if (asked.is_v4() != network_.is_v4()) return false;
    const auto a = bytes_of(asked);
    const auto b = bytes_of(network_);
    unsigned left = prefix_length_;
    for (std::size_t i = 0; left > 0; ++i) {
        const unsigned bits = std::min(left, 8u);
        if (((a[i] ^ b[i]) >> (8 - bits)) != 0) return false;
        left -= bits;
    }
    return true;
}

}  // namespace daler::http
