#pragma once

#include <daler/net/peer_address.h>
#include <daler/util/clock.h>
#include <daler/wire/address.h>
#include <daler/wire/limits.h>
#include <daler/wire/message_header.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <memory>

namespace daler::net {

/// A message as it came: intact, not yet understood.
struct RawMessage {
    std::string command;
    Bytes payload;
};

/// Why there is no further message.
enum class ReadError : std::uint8_t { closed, wrong_magic, too_large };

/// What went over a connection. Bytes include the message headers.
struct Traffic {
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    BlockTime last_sent{};
    BlockTime last_received{};
    std::map<std::string, std::uint64_t> sent_per_message;
    std::map<std::string, std::uint64_t> received_per_message;
};

/// One TCP connection that carries Bitcoin messages. Lives on one thread, that of its executor.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    struct Options {
        wire::Magic magic{};
        /// Commands that get a counter of their own; the rest are counted as "*other*".
        bool (*is_known_command)(std::string_view) = nullptr;
        std::size_t send_queue_bytes = wire::limits::send_queue_bytes;
    };

    struct Impl;
    explicit Connection(std::unique_ptr<Impl> impl);
    ~Connection();

    /// The next intact message. Messages with a bad checksum or without a proper command are
    /// dropped. Memory grows with what has arrived, not with what was announced. One caller at a
    /// time.
    [[nodiscard]] boost::asio::awaitable<Result<RawMessage, ReadError>> read_message();

    /// Queues a message. What is queued within one turn leaves in one piece. Nothing happens once
    /// the connection is closed.
    void send(std::string_view command, Bytes payload);

    /// True if something waits to be sent.
    [[nodiscard]] bool has_queued() const;
    /// Bytes that the system took for this peer so far: they grow only while it reads.
    [[nodiscard]] std::uint64_t bytes_taken() const;
    /// True if more waits to be sent than should: read nothing more from this peer until
    /// `wait_for_room` returns.
    [[nodiscard]] bool is_full() const;
    /// Returns when the queue is below its limit or the connection is closed.
    [[nodiscard]] boost::asio::awaitable<void> wait_for_room();

    /// Ends the connection; `read_message` then ends with ReadError::closed. What is queued is
    /// lost.
    void close();
    [[nodiscard]] bool is_open() const;

    [[nodiscard]] const wire::Endpoint& remote() const;
    [[nodiscard]] const wire::Endpoint& local() const;
    [[nodiscard]] const Traffic& traffic() const;

private:
    std::unique_ptr<Impl> impl_;
};

using ConnectionRef = std::shared_ptr<Connection>;

/// Lets somebody else end a `connect` that is under way. Same thread.
class ConnectAttempt {
public:
    void cancel();

private:
    friend boost::asio::awaitable<Result<ConnectionRef, std::string>> connect(
        PeerAddress, Connection::Options, const Clock&, std::shared_ptr<ConnectAttempt>,
        std::chrono::milliseconds);
    std::function<void()> abort_;
    bool cancelled_ = false;
};
using ConnectAttemptRef = std::shared_ptr<ConnectAttempt>;

/// Resolves `address` and connects, trying each of its endpoints; at most `timeout` (of the real
/// clock) for all of it. The error is for people. `clock` must outlive the connection.
[[nodiscard]] boost::asio::awaitable<Result<ConnectionRef, std::string>> connect(
    PeerAddress address, Connection::Options options, const Clock& clock,
    ConnectAttemptRef attempt = std::make_shared<ConnectAttempt>(),
    std::chrono::milliseconds timeout = wire::limits::connect_timeout);

}  // namespace daler::net
