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
#include <optional>

namespace daler::net {

/// A received message. Its checksum is right; its payload is not decoded yet.
struct RawMessage {
    std::string command;
    Bytes payload;
};

/// Why no further message can be read.
enum class ReadError : std::uint8_t { closed, wrong_magic, too_large };

/// What a connection has sent and received. Bytes include the message headers.
struct Traffic {
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    BlockTime last_sent{};
    BlockTime last_received{};
    std::map<std::string, std::uint64_t> sent_per_message;
    std::map<std::string, std::uint64_t> received_per_message;
};

/// One TCP connection that carries Bitcoin messages. Only for the thread of its executor.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    struct Options {
        wire::Magic magic{};
        /// Commands that have their own counters; the others are counted as "*other*".
        bool (*is_known_command)(std::string_view) = nullptr;
        std::size_t send_queue_bytes = wire::limits::send_queue_bytes;
    };

    struct Impl;
    explicit Connection(std::unique_ptr<Impl> impl);
    ~Connection();

    /// The next message. Messages with a bad checksum or a malformed command are dropped. Memory
    /// use depends on the bytes that have arrived, not on the announced size. One caller at a time.
    [[nodiscard]] boost::asio::awaitable<Result<RawMessage, ReadError>> read_message();

    /// The next message, if it has arrived completely, is of this command, and its payload is
    /// smaller than `size`. Otherwise nothing, and `read_message` reads it. It does not wait.
    /// Requires that `read_message` is not running.
    [[nodiscard]] std::optional<RawMessage> take_arrived(std::string_view command,
                                                         std::size_t size);

    /// Queues a message. Messages that are queued in one turn of the event loop are written
    /// together. Does nothing if the connection is closed.
    void send(std::string_view command, Bytes payload);

    /// True if the send queue is not empty.
    [[nodiscard]] bool has_queued() const;
    /// Bytes that the operating system has accepted for this peer so far. The count stops growing
    /// if the peer does not read.
    [[nodiscard]] std::uint64_t bytes_taken() const;
    /// True if the send queue is over its limit: read nothing more from this peer until
    /// `wait_for_room` returns.
    [[nodiscard]] bool is_full() const;
    /// Returns when the queue is below its limit or the connection is closed.
    [[nodiscard]] boost::asio::awaitable<void> wait_for_room();

    /// Returns when all queued messages are sent or the connection is closed.
    [[nodiscard]] boost::asio::awaitable<void> wait_until_sent();
    /// After ReadError::wrong_magic: the magic of another chain, if the bytes were the header of a
    /// version message; nothing if they were something else, such as the encrypted transport
    /// (BIP 324) that a peer tries first.
    [[nodiscard]] std::optional<wire::Magic> foreign_magic() const;

    /// Closes the connection; `read_message` then fails with ReadError::closed. Queued messages are
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

/// Cancels a `connect` that is in progress. Same thread.
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

/// Resolves `address` and tries its endpoints until one connects, for at most `timeout` (of the
/// real clock) in total. The error is a text for the user. `clock` must outlive the connection.
[[nodiscard]] boost::asio::awaitable<Result<ConnectionRef, std::string>> connect(
    PeerAddress address, Connection::Options options, const Clock& clock,
    ConnectAttemptRef attempt = std::make_shared<ConnectAttempt>(),
    std::chrono::milliseconds timeout = wire::limits::connect_timeout);

}  // namespace daler::net
