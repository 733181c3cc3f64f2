#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace daler::http::test {

struct RawResponse {
    int status = 0;
    std::string headers;
    std::string body;
};

/// A client that sends exactly the given bytes. Gives up on a silent server after ten seconds.
class RawClient {
public:
    /// Connects to `host` (IPv4, in the machine's byte order).
    explicit RawClient(std::uint16_t port, std::uint32_t host = INADDR_LOOPBACK)
        : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(host);
        const timeval patience{10, 0};
        const int yes = 1;
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            ::close(socket_);
            throw std::runtime_error("cannot connect");
        }
    }
    ~RawClient() { hang_up(); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    void hang_up() {
        if (socket_ >= 0) ::close(socket_);
        socket_ = -1;
    }

    /// False if the server has closed.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// The next response; nothing if the connection ends before it is complete.
    std::optional<RawResponse> receive() {
        while (received_.find("\r\n\r\n") == std::string::npos)
            if (!read_more()) return std::nullopt;
        RawResponse out;
        const std::size_t end = received_.find("\r\n\r\n") + 4;
        out.headers = received_.substr(0, end);
        out.status = std::stoi(out.headers.substr(9, 3));
        const std::size_t at = out.headers.find("Content-Length: ");
        const std::size_t size =
            at == std::string::npos ? 0 : std::stoul(out.headers.substr(at + 16));
        while (received_.size() < end + size)
            if (!read_more()) return std::nullopt;
        out.body = received_.substr(end, size);
        received_.erase(0, end + size);
        return out;
    }

    /// True if the server closes the connection without sending anything more.
    bool is_closed() { return received_.empty() && !read_more() && ended_; }

private:
    bool read_more() {
        char chunk[65536];
        const auto got = ::recv(socket_, chunk, sizeof chunk, 0);
        ended_ = got == 0 || (got < 0 && (errno == ECONNRESET || errno == EPIPE));
        if (got <= 0) return false;
        received_.append(chunk, static_cast<std::size_t>(got));
        return true;
    }

    int socket_;
    bool ended_ = false;
    std::string received_;
};

inline std::string post(std::string_view body, std::string_view more_headers = "",
                        std::string_view target = "/") {
    return "POST " + std::string(target) + " HTTP/1.1\r\nHost: x\r\nAuthorization: Basic good\r\n" +
           std::string(more_headers) + "Content-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + std::string(body);
}

}  // namespace daler::http::test
