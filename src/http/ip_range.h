#pragma once

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string_view>

namespace daler::http {

/// A range of IP addresses. IPv4 addresses wrapped in IPv6 (::ffff:1.2.3.4) count as IPv4.
class IpRange {
public:
    /// Reads "1.2.3.4", "1.2.3.0/24", "1.2.3.0/255.255.255.0" or the same with IPv6; nothing if it
    /// is none of these.
    static std::optional<IpRange> parse(std::string_view text);

    [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;

private:
    boost::asio::ip::address network_;
    unsigned prefix_length_ = 0;
};

}  // namespace daler::http
