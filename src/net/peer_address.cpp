#include <daler/net/peer_address.h>

#include <fmt/format.h>
#include <charconv>

namespace daler::net {

Result<PeerAddress, std::string> PeerAddress::from_text(std::string_view text,
                                                        std::uint16_t default_port) {
    PeerAddress out{std::string(text), default_port};
    std::string_view port;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return fail(fmt::format("'{}' has no closing ]", text));
        out.host = text.substr(1, end - 1);
        const auto rest = text.substr(end + 1);
        if (!rest.empty() && !rest.starts_with(':'))
            return fail(fmt::format("'{}' has something other than a port after ]", text));
        if (!rest.empty()) port = rest.substr(1);
        if (rest == ":") return fail(fmt::format("'{}' has no port after the colon", text));
    } else if (const auto colon = text.find(':');
               colon != std::string_view::npos &&
               text.find(':', colon + 1) == std::string_view::npos) {
        // More than one colon without brackets is an IPv6 address without a port.
        out.host = text.substr(0, colon);
        port = text.substr(colon + 1);
        if (port.empty()) return fail(fmt::format("'{}' has no port after the colon", text));
    }
    if (out.host.empty()) return fail(fmt::format("'{}' has no host name", text));
    if (out.host.find_first_of(" \t\r\n/[]") != std::string::npos)
        return fail(fmt::format("'{}' is not a host name", text));
    if (!port.empty()) {
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
        if (error != std::errc{} || end != port.data() + port.size() || out.port == 0)
            return fail(fmt::format("'{}' is not a port between 1 and 65535", port));
    }
    return out;
}

std::string PeerAddress::to_text() const {
    return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                               : fmt::format("[{}]:{}", host, port);
}

}  // namespace daler::net
