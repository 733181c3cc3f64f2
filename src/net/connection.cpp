#include <daler/net/connection.h>

#include "socket.h"

#include <daler/net/condition.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <deque>

namespace daler::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::size_t read_chunk = 64 * 1024;
/// How much larger a payload's buffer may be than the bytes that have arrived.
constexpr std::size_t growth_step = 256 * 1024;
constexpr std::size_t messages_per_write = 64;
/// The most bytes in one write.
constexpr std::size_t largest_write = 64 * 1024;

/// The magic in the header of a version message of any chain; nothing for other bytes.
std::optional<wire::Magic> magic_of_version(
    std::span<const std::uint8_t, wire::MessageHeader::size> bytes) {
    wire::Magic magic{};
    std::copy_n(bytes.begin(), magic.size(), magic.begin());
    const auto header = wire::decode_message_header(bytes, magic);
    if (!header || header->command != "version") return std::nullopt;
    return magic;
}

struct Outgoing {
    std::array<std::uint8_t, wire::MessageHeader::size> header;
    Bytes payload;
    [[nodiscard]] std::size_t size() const { return header.size() + payload.size(); }
};

}  // namespace

struct Connection::Impl {
    Impl(tcp::socket the_socket, const Options& the_options, const Clock& the_clock)
        : socket(std::move(the_socket)),
          options(the_options),
          clock(the_clock),
          room(socket.get_executor()) {
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        remote = to_endpoint(socket.remote_endpoint(ignored));
        local = to_endpoint(socket.local_endpoint(ignored));
    }

    asio::awaitable<bool> read_some();
    void count_received(const std::string& command, std::size_t payload_size);
    [[nodiscard]] std::string counter(std::string_view command) const {
        const bool known = options.is_known_command && options.is_known_command(command);
        return known ? std::string(command) : "*other*";
    }

    tcp::socket socket;
    const Options options;
    const Clock& clock;
    wire::Endpoint remote;
    wire::Endpoint local;
    bool open = true;
    std::optional<wire::Magic> foreign_magic;
    Traffic traffic;

    /// Received bytes that are not used yet: [begin, end) of the buffer.
    Bytes input = Bytes(read_chunk);
    std::size_t input_begin = 0;
    std::size_t input_end = 0;

    std::deque<Outgoing> queue;
    std::size_t queued_bytes = 0;
    std::size_t being_written = 0;  ///< messages at the front of the queue that are being written
    std::uint64_t taken = 0;  ///< bytes that the socket has accepted, also of unfinished messages
    bool write_scheduled = false;
    Condition room;
};

ConnectionRef make_connection(tcp::socket socket, const Connection::Options& options,
                              const Clock& clock) {
    return std::make_shared<Connection>(
        std::make_unique<Connection::Impl>(std::move(socket), options, clock));
}

wire::Endpoint to_endpoint(const tcp::endpoint& endpoint) {
    const auto address = endpoint.address();
    const auto host = address.is_v4()
                          ? wire::HostAddress::ipv4(address.to_v4().to_bytes())
                          : wire::HostAddress::from_ipv6_bytes(address.to_v6().to_bytes());
    return {host, endpoint.port()};
}

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::~Connection() = default;

/// Reads bytes into the (empty) input buffer. False at the end of the connection.
asio::awaitable<bool> Connection::Impl::read_some() {
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    const auto space = asio::buffer(input);
    const std::size_t count = co_await socket.async_read_some(space, token);
    if (error || !open) co_return false;
    input_begin = 0;
    input_end = count;
    traffic.bytes_received += count;
    traffic.last_received = clock.now();
    co_return true;
}

void Connection::Impl::count_received(const std::string& command, std::size_t payload_size) {
    traffic.received_per_message[counter(command)] += wire::MessageHeader::size + payload_size;
}

std::optional<RawMessage> Connection::take_arrived(std::string_view command, std::size_t size) {
    constexpr std::size_t header_size = wire::MessageHeader::size;
    auto& impl = *impl_;
    const auto arrived =
        std::span(impl.input).subspan(impl.input_begin, impl.input_end - impl.input_begin);
    if (!impl.open || arrived.size() < header_size) return std::nullopt;
    const auto header =
        wire::decode_message_header(arrived.first<header_size>(), impl.options.magic);
    if (!header || header->command != command || header->payload_size >= size) return std::nullopt;
    if (arrived.size() < header_size + header->payload_size) return std::nullopt;
    const auto payload = arrived.subspan(header_size, header->payload_size);
    if (wire::checksum(payload) != header->checksum) return std::nullopt;
    impl.input_begin += header_size + payload.size();
    impl.count_received(header->command, payload.size());
    return RawMessage{header->command, {payload.begin(), payload.end()}};
}

asio::awaitable<Result<RawMessage, ReadError>> Connection::read_message() {
    const auto self = shared_from_this();
    auto& impl = *impl_;
    for (;;) {
        std::array<std::uint8_t, wire::MessageHeader::size> header_bytes;
        std::size_t have = 0;
        while (have < header_bytes.size()) {
            if (impl.input_begin == impl.input_end) {
                const bool more = co_await impl.read_some();
                if (!more) co_return fail(ReadError::closed);
            }
            const auto count =
                std::min(header_bytes.size() - have, impl.input_end - impl.input_begin);
            std::memcpy(header_bytes.data() + have, impl.input.data() + impl.input_begin, count);
            impl.input_begin += count;
            have += count;
        }
        auto header = wire::decode_message_header(header_bytes, impl.options.magic);
        if (!header) {
            impl.foreign_magic = magic_of_version(header_bytes);
            co_return fail(header.error() == wire::HeaderError::wrong_magic ? ReadError::wrong_magic
                                                                            : ReadError::too_large);
        }
        RawMessage message{std::move(header->command), {}};
        const std::size_t size = header->payload_size;
        while (message.payload.size() < size) {
            if (impl.input_begin == impl.input_end) {
                const bool more = co_await impl.read_some();
                if (!more) co_return fail(ReadError::closed);
            }
            const auto missing = size - message.payload.size();
            const auto count = std::min(missing, impl.input_end - impl.input_begin);
            if (message.payload.capacity() < message.payload.size() + count) {
                const auto wanted =
                    std::max(message.payload.size() * 2, message.payload.size() + growth_step);
                message.payload.reserve(std::min(size, wanted));
            }
            const auto* from = impl.input.data() + impl.input_begin;
            message.payload.insert(message.payload.end(), from, from + count);
            impl.input_begin += count;
        }
        impl.count_received(message.command, size);
        const bool intact = wire::checksum(message.payload) == header->checksum;
        if (intact && !message.command.empty()) co_return message;
    }
}

namespace {

/// Writes the front of the queue, again and again until the queue is empty.
template <class Impl>
void write_next(const ConnectionRef& self, Impl& impl) {
    if (!impl.open || impl.queue.empty() || impl.being_written > 0) return;
    impl.being_written = std::min(impl.queue.size(), messages_per_write);
    std::vector<asio::const_buffer> buffers;
    buffers.reserve(2 * impl.being_written);
    for (std::size_t i = 0; i < impl.being_written; ++i) {
        buffers.push_back(asio::buffer(impl.queue[i].header));
        if (!impl.queue[i].payload.empty()) buffers.push_back(asio::buffer(impl.queue[i].payload));
    }
    // Called before each write, with the bytes that the socket has accepted so far.
    const auto count_taken = [&impl, before = impl.taken](error_code error, std::size_t count) {
        impl.taken = before + count;
        return error ? std::size_t{0} : largest_write;
    };
    const auto written = [self, &impl, before = impl.taken](error_code error, std::size_t count) {
        impl.taken = before + count;
        impl.traffic.bytes_sent += count;
        for (; impl.being_written > 0; --impl.being_written) {
            impl.queued_bytes -= impl.queue.front().size();
            impl.queue.pop_front();
        }
        if (error) {
            self->close();
            return;
        }
        impl.traffic.last_sent = impl.clock.now();
        if (!self->is_full()) impl.room.notify();
        write_next(self, impl);
    };
    asio::async_write(impl.socket, buffers, count_taken, written);
}

}  // namespace

void Connection::send(std::string_view command, Bytes payload) {
    auto& impl = *impl_;
    if (!impl.open) return;
    impl.traffic.sent_per_message[std::string(command)] +=
        wire::MessageHeader::size + payload.size();
    const auto header = wire::encode_message_header(impl.options.magic, command, payload);
    impl.queue.push_back({header, std::move(payload)});
    impl.queued_bytes += impl.queue.back().size();
    if (impl.write_scheduled || impl.being_written > 0) return;
    impl.write_scheduled = true;
    asio::post(impl.socket.get_executor(), [self = shared_from_this()] {
        self->impl_->write_scheduled = false;
        write_next(self, *self->impl_);
    });
}

bool Connection::is_full() const {
    return impl_->queued_bytes > impl_->options.send_queue_bytes;
}

bool Connection::has_queued() const {
    return !impl_->queue.empty();
}

std::uint64_t Connection::bytes_taken() const {
    return impl_->taken;
}

asio::awaitable<void> Connection::wait_for_room() {
    const auto self = shared_from_this();
    while (impl_->open && is_full())
        co_await impl_->room.wait();
}

asio::awaitable<void> Connection::wait_until_sent() {
    const auto self = shared_from_this();
    while (impl_->open && !impl_->queue.empty())
        co_await impl_->room.wait();
}

std::optional<wire::Magic> Connection::foreign_magic() const {
    return impl_->foreign_magic;
}

void Connection::close() {
    if (!std::exchange(impl_->open, false)) return;
    error_code ignored;
    impl_->socket.shutdown(tcp::socket::shutdown_both, ignored);
    impl_->socket.close(ignored);
    impl_->room.notify();
}

bool Connection::is_open() const {
    return impl_->open;
}

const wire::Endpoint& Connection::remote() const {
    return impl_->remote;
}

const wire::Endpoint& Connection::local() const {
    return impl_->local;
}

const Traffic& Connection::traffic() const {
    return impl_->traffic;
}

}  // namespace daler::net
