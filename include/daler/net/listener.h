#pragma once

#include <daler/net/connection.h>

#include <functional>

namespace daler::net {

/// Accepts connections on one address until it is destroyed. Only for the thread of its executor.
class Listener {
public:
    using Accept = std::function<void(ConnectionRef)>;

    /// Starts to listen at `address` (an IP address, not a name; port 0: any free port). The error
    /// names the address and says what is wrong, for example that the port is in use. `clock` must
    /// outlive all connections.
    [[nodiscard]] static Result<std::unique_ptr<Listener>, std::string> open(
        const boost::asio::any_io_executor& executor, const PeerAddress& address,
        Connection::Options options, const Clock& clock, Accept on_accept);
    ~Listener();

    /// The address that it listens on, with the real port.
    [[nodiscard]] const wire::Endpoint& local() const;

    struct Impl;
    explicit Listener(std::shared_ptr<Impl> impl);

private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace daler::net
