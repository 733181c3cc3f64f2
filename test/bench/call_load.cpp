// Sends HTTP requests in turns, again and again, over several connections, each of which waits for
// its answer before the next.
//
//     call_load PORT CLIENTS CALLS < REQUESTS
//
// Between the requests is a zero byte.
//
// Prints how long the calls took, in microseconds. The requests and the reading of answers cost as
// little as possible, so that the server is what is measured.

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Time = std::chrono::steady_clock::time_point;

[[noreturn]] void stop(const char* what) {
    std::perror(what);
    std::exit(1);
}

struct Client {
    int socket = -1;
    Time sent{};
    std::string head{};    // of the answer, until it is complete
    std::size_t left = 0;  // bytes of the body that are missing
    bool in_body = false;
};

int connect_to(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) stop("connect");
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

void send_request(Client& client, const std::string& request) {
    client.sent = std::chrono::steady_clock::now();
    client.head.clear();
    client.in_body = false;
    if (write(client.socket, request.data(), request.size()) !=
        static_cast<ssize_t>(request.size()))
        stop("write");
}

std::size_t content_length(const std::string& head) {
    for (const std::string_view name : {"Content-Length:", "content-length:"})
        if (const auto at = head.find(name); at != std::string::npos)
            return std::strtoull(head.c_str() + at + name.size(), nullptr, 10);
    std::cerr << head << '\n';
    std::exit(1);
}

// True once the answer is complete.
bool receive(Client& client, std::vector<char>& buffer) {
    const ssize_t got = read(client.socket, buffer.data(), buffer.size());
    if (got <= 0) stop("read");
    auto size = static_cast<std::size_t>(got);
    if (!client.in_body) {
        const std::size_t before = client.head.size();
        client.head.append(buffer.data(), size);
        const auto end = client.head.find("\r\n\r\n");
        if (end == std::string::npos) return false;
        if (client.head.find(" 200 ") > 20) stop(client.head.c_str());
        client.left = content_length(client.head);
        client.in_body = true;
        size = before + size - (end + 4);
    }
    client.left -= std::min(client.left, size);
    return client.left == 0;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) return 2;
    const auto port = static_cast<std::uint16_t>(std::atoi(arguments[1]));
    std::vector<Client> clients(static_cast<std::size_t>(std::atoi(arguments[2])));
    const auto calls = static_cast<std::size_t>(std::atoll(arguments[3]));
    std::vector<std::string> requests;
    for (std::string request; std::getline(std::cin, request, '\0');)
        requests.push_back(request);
    if (requests.empty()) return 2;

    const int poll = epoll_create1(0);
    std::vector<char> buffer(1 << 20);
    std::vector<double> took;
    took.reserve(calls);
    for (std::size_t i = 0; i < clients.size(); ++i) {
        clients[i].socket = connect_to(port);
        epoll_event event{EPOLLIN, {}};
        event.data.u64 = i;
        epoll_ctl(poll, EPOLL_CTL_ADD, clients[i].socket, &event);
    }
    const Time start = std::chrono::steady_clock::now();
    std::size_t begun = 0;
    for (; begun < std::min(calls, clients.size()); ++begun)
        send_request(clients[begun], requests[begun % requests.size()]);
    std::vector<epoll_event> events(clients.size());
    while (took.size() < calls) {
        const int ready = epoll_wait(poll, events.data(), static_cast<int>(events.size()), 60'000);
        if (ready <= 0) stop("no answer");
        for (int i = 0; i < ready; ++i) {
            Client& client = clients[events[static_cast<std::size_t>(i)].data.u64];
            if (!receive(client, buffer)) continue;
            took.push_back(std::chrono::duration<double, std::micro>(
                               std::chrono::steady_clock::now() - client.sent)
                               .count());
            if (begun < calls) send_request(client, requests[begun % requests.size()]);
            ++begun;
        }
    }
    const std::chrono::duration<double> all = std::chrono::steady_clock::now() - start;
    std::ranges::sort(took);
    std::printf("{\"median\": %.1f, \"p99\": %.1f, \"seconds\": %.3f}\n", took[took.size() / 2],
                took[took.size() * 99 / 100], all.count());
    return 0;
}
