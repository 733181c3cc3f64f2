#pragma once

#include <daler/encoding/bytes.h>
#include <daler/util/clock.h>

#include <boost/container/small_vector.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace daler::wire {

/// The kinds of network an address can belong to, numbered as on the wire (BIP 155).
enum class Network : std::uint8_t { none = 0, ipv4 = 1, ipv6 = 2, tor_v3 = 4, i2p = 5, cjdns = 6 };

/// The address of a host, without a port. Addresses of Tor, I2P and CJDNS are stored and relayed,
/// but not used for connections.
class HostAddress {
public:
    HostAddress() = default;
    /// Nothing if the length does not fit the network, or if IPv6 bytes hold an address of IPv4 or
    /// Tor.
    static std::optional<HostAddress> from_bytes(Network network, ByteSpan bytes);
    /// From 16 bytes, IPv4 wrapped as ::ffff:a.b.c.d.
    static HostAddress from_ipv6_bytes(const std::array<std::uint8_t, 16>& bytes);
    static HostAddress ipv4(const std::array<std::uint8_t, 4>& bytes);
    /// Parses "1.2.3.4" or "2001:db8::1" (no brackets).
    static std::optional<HostAddress> from_text(std::string_view text);

    [[nodiscard]] Network network() const { return network_; }
    [[nodiscard]] ByteSpan bytes() const { return {bytes_.data(), bytes_.size()}; }
    /// The 16 bytes of old messages; zeros for networks that do not fit.
    [[nodiscard]] std::array<std::uint8_t, 16> ipv6_bytes() const;
    /// Without brackets. Addresses of other networks than IPv4 and IPv6 are shown in hex.
    [[nodiscard]] std::string to_text() const;

    [[nodiscard]] bool is_loopback() const;
    /// False for loopback, private, link-local, documentation and other addresses that cannot be
    /// reached over the internet, and for an empty address.
    [[nodiscard]] bool is_routable() const;
    [[nodiscard]] bool is_empty() const { return network_ == Network::none; }
    /// The network group: bytes that addresses of one owner usually share (/16 of IPv4, /32 of
    /// IPv6).
    [[nodiscard]] std::string group() const;

    bool operator==(const HostAddress& other) const = default;
    auto operator<=>(const HostAddress& other) const {
        if (network_ != other.network_) return network_ <=> other.network_;
        return std::lexicographical_compare_three_way(bytes_.begin(), bytes_.end(),
                                                      other.bytes_.begin(), other.bytes_.end());
    }

private:
    Network network_ = Network::none;
    boost::container::small_vector<std::uint8_t, 16> bytes_;
};

/// A host and the port to reach it on.
struct Endpoint {
    HostAddress host;
    std::uint16_t port = 0;

    /// "1.2.3.4:8333", "[::1]:8333"
    [[nodiscard]] std::string to_text() const;
    auto operator<=>(const Endpoint&) const = default;
};

/// A range of IPv4 or IPv6 addresses: "10.0.0.0/8", "10.0.0.0/255.0.0.0", "fe80::/10", or one
/// address.
class Subnet {
public:
    Subnet() = default;
    /// The range of one address.
    explicit Subnet(const HostAddress& host);
    static std::optional<Subnet> from_text(std::string_view text);

    [[nodiscard]] bool contains(const HostAddress& host) const;
    /// "10.0.0.0/8"; the bits behind the prefix are zero.
    [[nodiscard]] std::string to_text() const;
    auto operator<=>(const Subnet&) const = default;

private:
    HostAddress base_;
    unsigned bits_ = 0;
};

}  // namespace daler::wire
