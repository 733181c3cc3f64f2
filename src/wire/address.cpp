#include <daler/wire/address.h>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <bit>
#include <charconv>

namespace daler::wire {
namespace {

constexpr std::array<std::uint8_t, 12> ipv4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
/// The old form of Tor addresses inside IPv6 (fd87:d87e:eb43::/48).
constexpr std::array<std::uint8_t, 6> onion_prefix{0xfd, 0x87, 0xd8, 0x7e, 0xeb, 0x43};

bool starts_with(ByteSpan bytes, ByteSpan prefix) {
    return bytes.size() >= prefix.size() && std::ranges::equal(bytes.first(prefix.size()), prefix);
}

/// True if the first `bits` bits of both are equal.
bool shares_prefix(ByteSpan a, ByteSpan b, unsigned bits) {
    const std::size_t whole = bits / 8;
    if (a.size() != b.size() || !std::ranges::equal(a.first(whole), b.first(whole))) return false;
    const unsigned rest = bits % 8;
    return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

struct Range {
    std::array<std::uint8_t, 16> base;
    unsigned bits;
};

// IPv4 addresses that are not for the internet (RFC 6890).
constexpr Range unroutable_ipv4[] = {
    {{0}, 8},         {{10}, 8},       {{127}, 8},        {{172, 16}, 12},      {{192, 168}, 16},
    {{169, 254}, 16}, {{100, 64}, 10}, {{192, 0, 2}, 24}, {{198, 51, 100}, 24}, {{203, 0, 113}, 24},
    {{198, 18}, 15},  {{224}, 3},
};
// The same for IPv6: unspecified, loopback, unique local, link-local, documentation, multicast.
constexpr Range unroutable_ipv6[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 127},
    {{0xfc}, 7},
    {{0xfe, 0x80}, 10},
    {{0x20, 0x01, 0x0d, 0xb8}, 32},
    {{0xff}, 8},
};

template <std::size_t N>
bool in_any(const Range (&ranges)[N], ByteSpan bytes) {
    return std::ranges::any_of(ranges, [&](const Range& range) {
        return shares_prefix(bytes, ByteSpan(range.base).first(bytes.size()), range.bits);
    });
}

}  // namespace

std::optional<HostAddress> HostAddress::from_bytes(Network network, ByteSpan bytes) {
    const std::size_t expected = network == Network::ipv4                                ? 4
                                 : network == Network::ipv6 || network == Network::cjdns ? 16
                                                                                         : 32;
    if (network == Network::none || bytes.size() != expected) return {};
    if (network == Network::ipv6 &&
        (starts_with(bytes, ipv4_prefix) || starts_with(bytes, onion_prefix))) {
        return {};
    }
    HostAddress host;
    host.network_ = network;
    host.bytes_.assign(bytes.begin(), bytes.end());
    return host;
}

HostAddress HostAddress::from_ipv6_bytes(const std::array<std::uint8_t, 16>& bytes) {
    if (starts_with(bytes, ipv4_prefix)) {
        HostAddress host;
        host.network_ = Network::ipv4;
        host.bytes_.assign(bytes.begin() + 12, bytes.end());
        return host;
    }
    if (bytes == std::array<std::uint8_t, 16>{}) return {};
    return from_bytes(Network::ipv6, bytes).value_or(HostAddress{});
}

HostAddress HostAddress::ipv4(const std::array<std::uint8_t, 4>& bytes) {
    return *from_bytes(Network::ipv4, bytes);
}

std::optional<HostAddress> HostAddress::from_text(std::string_view text) {
    const std::string terminated(text);
    std::array<std::uint8_t, 4> v4;
    if (inet_pton(AF_INET, terminated.c_str(), v4.data()) == 1) return ipv4(v4);
    std::array<std::uint8_t, 16> v6;
    if (inet_pton(AF_INET6, terminated.c_str(), v6.data()) == 1) {
        if (v6 == std::array<std::uint8_t, 16>{}) return from_bytes(Network::ipv6, v6);
        auto host = from_ipv6_bytes(v6);
        if (!host.is_empty()) return host;
    }
    return {};
}

std::array<std::uint8_t, 16> HostAddress::ipv6_bytes() const {
    std::array<std::uint8_t, 16> out{};
    if (network_ == Network::ipv4) {
        std::ranges::copy(ipv4_prefix, out.begin());
        std::ranges::copy(bytes_, out.begin() + 12);
    } else if (network_ == Network::ipv6) {
        std::ranges::copy(bytes_, out.begin());
    }
    return out;
}

std::string HostAddress::to_text() const {
    if (network_ == Network::none) return "::";
    if (network_ == Network::ipv4 || network_ == Network::ipv6) {
        std::array<char, INET6_ADDRSTRLEN> text{};
        inet_ntop(network_ == Network::ipv4 ? AF_INET : AF_INET6, bytes_.data(), text.data(),
                  text.size());
        return text.data();
    }
    std::string out;
    for (const auto byte : bytes_)
        out += fmt::format("{:02x}", byte);
    return out;
}

bool HostAddress::is_loopback() const {
    if (network_ == Network::ipv4) return bytes_[0] == 127;
    if (network_ != Network::ipv6) return false;
    std::array<std::uint8_t, 16> one{};
    one[15] = 1;
    return std::ranges::equal(bytes_, one);
}

bool HostAddress::is_routable() const {
    switch (network_) {
        case Network::none:
            return false;
        case Network::ipv4:
            return !in_any(unroutable_ipv4, bytes());
        case Network::ipv6:
            return !in_any(unroutable_ipv6, bytes());
        default:
            return true;
    }
}

std::string HostAddress::group() const {
    std::string out(1, static_cast<char>(network_));
    // Unroutable addresses share a group, so that they cannot appear as many groups.
    if (!is_routable()) return is_loopback() ? "local" : "unroutable";
    const std::size_t length = network_ == Network::ipv4 ? 2 : network_ == Network::ipv6 ? 4 : 1;
    out += as_text(bytes().first(length));
    return out;
}

std::string Endpoint::to_text() const {
    return host.network() == Network::ipv6 || host.is_empty()
               ? fmt::format("[{}]:{}", host.to_text(), port)
               : fmt::format("{}:{}", host.to_text(), port);
}

namespace {

/// The length of the prefix that a text such as "24" or "255.255.255.0" gives.
std::optional<unsigned> prefix_bits(std::string_view text, Network network) {
    unsigned bits = 0;
    const auto* text_end = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), text_end, bits);
    if (error == std::errc{} && end == text_end) return bits;
    const auto mask = HostAddress::from_text(text);
    if (!mask || mask->network() != network) return {};
    bits = 0;
    bool has_ended = false;
    for (const auto byte : mask->bytes()) {
        const auto ones = static_cast<unsigned>(std::countl_one(byte));
        if (std::popcount(byte) != static_cast<int>(ones) || (has_ended && ones > 0)) return {};
        bits += ones;
        has_ended = ones < 8;
    }
    return bits;
}

HostAddress first_in_range(const HostAddress& host, unsigned bits) {
    Bytes bytes(host.bytes().begin(), host.bytes().end());
    for (unsigned i = bits; i < bytes.size() * 8; ++i)
        bytes[i / 8] &= static_cast<std::uint8_t>(~(0x80u >> i % 8));
    // An IPv6 range that reaches into the part for IPv4 addresses keeps its bytes.
    return HostAddress::from_bytes(host.network(), bytes).value_or(host);
}

}  // namespace

Subnet::Subnet(const HostAddress& host)
    : base_(host), bits_(static_cast<unsigned>(host.bytes().size() * 8)) {}

std::optional<Subnet> Subnet::from_text(std::string_view text) {
    const auto slash = text.rfind('/');
    const auto host = HostAddress::from_text(text.substr(0, slash));
    if (!host) return {};
    Subnet subnet(*host);
    if (slash == std::string_view::npos) return subnet;
    const auto bits = prefix_bits(text.substr(slash + 1), host->network());
    if (!bits || *bits > subnet.bits_) return {};
    subnet.base_ = first_in_range(*host, *bits);
    subnet.bits_ = *bits;
    return subnet;
}

std::string Subnet::to_text() const {
    return fmt::format("{}/{}", base_.to_text(), bits_);
}

bool Subnet::contains(const HostAddress& host) const {
    return host.network() == base_.network() && shares_prefix(host.bytes(), base_.bytes(), bits_);
}

}  // namespace daler::wire
