#pragma once

#include <daler/util/result.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace daler::net {

/// A host (a name or an IP address) and a port, to connect to or to listen on.
struct PeerAddress {
    std::string host;  ///< without brackets
    std::uint16_t port = 0;

    /// Parses "host", "host:port", "1.2.3.4:8333", "[::1]:8333", "::1". The error says what is
    /// wrong.
    static Result<PeerAddress, std::string> from_text(std::string_view text,
                                                      std::uint16_t default_port);
    [[nodiscard]] std::string to_text() const;
    bool operator==(const PeerAddress&) const = default;
};

}  // namespace daler::net
