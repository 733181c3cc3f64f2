#pragma once

#include "node.h"

#include <daler/wire/message_header.h>
#include <daler/wire/messages.h>

#include <sys/socket.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

namespace daler::sync::test {

namespace asio = boost::asio;

/// A peer that is a plain socket: the test decides what it sends to the node.
class RawPeer {
public:
    explicit RawPeer(const Node& node) : magic_(node.params.magic), socket_(io_) {
        socket_.connect({asio::ip::make_address("127.0.0.1"), node.port()});
        const timeval timeout{20, 0};
        setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    }

    void write_raw(const Bytes& bytes) {
        boost::system::error_code ignored;
        asio::write(socket_, asio::buffer(bytes), ignored);
    }
    [[nodiscard]] Bytes frame(std::string_view command, const Bytes& contents) const {
        const auto header = wire::encode_message_header(magic_, command, contents);
        Bytes out(header.begin(), header.end());
        out.insert(out.end(), contents.begin(), contents.end());
        return out;
    }
    template <class M>
    void send(const M& message) {
        write_raw(frame(M::command, wire::encode(message)));
    }

    /// The next message, or nothing at the end of the connection.
    std::optional<wire::Message> receive() {
        std::array<std::uint8_t, wire::MessageHeader::size> header_bytes;
        boost::system::error_code error;
        asio::read(socket_, asio::buffer(header_bytes), error);
        if (error) return {};
        const auto header = wire::decode_message_header(header_bytes, magic_);
        REQUIRE(header);
        payload.resize(header->payload_size);
        asio::read(socket_, asio::buffer(payload), error);
        if (error) return {};
        auto message = wire::decode_message(header->command, payload);
        REQUIRE(message);
        return std::move(*message);
    }
    /// The next message of this kind; others are skipped. Nothing at the end of the connection.
    template <class M>
    std::optional<M> wait_for() {
        while (auto message = receive())
            if (auto* wanted = std::get_if<M>(&*message)) return std::move(*wanted);
        return {};
    }
    /// True if the node closes the connection.
    bool is_disconnected() {
        while (receive()) {
        }
        return true;
    }
    /// True if the node still answers; then everything sent before has been handled.
    bool is_answered() {
        send(wire::Ping{++nonce_});
        while (const auto pong = wait_for<wire::Pong>())
            if (pong->nonce == nonce_) return true;
        return false;
    }

    /// The messages of this kind before the answer to a ping: the node's answers to what was sent
    /// before.
    template <class M>
    std::vector<M> answers() {
        send(wire::Ping{++nonce_});
        std::vector<M> out;
        for (;;) {
            auto message = receive();
            REQUIRE(message);
            if (auto* wanted = std::get_if<M>(&*message)) out.push_back(std::move(*wanted));
            const auto* pong = std::get_if<wire::Pong>(&*message);
            if (pong && pong->nonce == nonce_) return out;
        }
    }

    static wire::Version version_message() {
        wire::Version version;
        version.services = 9;
        version.nonce = 42;
        version.user_agent = "/stranger/";
        return version;
    }
    void shake_hands(const wire::Version& version = version_message()) {
        send(version);
        REQUIRE(wait_for<wire::Verack>());
        send(wire::Verack{});
        REQUIRE(is_answered());
    }

    Bytes payload;  ///< of the message received last

private:
    wire::Magic magic_;
    asio::io_context io_;
    asio::ip::tcp::socket socket_;
    std::uint64_t nonce_ = 0;
};

}  // namespace daler::sync::test
