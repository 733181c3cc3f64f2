#pragma once

#include <daler/net/connection.h>

#include <boost/asio/ip/tcp.hpp>

namespace daler::net {

/// Makes a Connection from a connected socket.
[[nodiscard]] ConnectionRef make_connection(boost::asio::ip::tcp::socket socket,
                                            const Connection::Options& options, const Clock& clock);

[[nodiscard]] wire::Endpoint to_endpoint(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace daler::net
