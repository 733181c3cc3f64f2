#pragma once

#include <daler/util/result.h>

#include <zmq.h>

#include <memory>
#include <string>

namespace daler::zmq {

/// The functions of libzmq that are used. The library is not linked: to load it and the twelve that
/// it needs takes longer than the start of a node, and few nodes publish.
struct Library {
    decltype(&::zmq_ctx_new) ctx_new;
    decltype(&::zmq_ctx_term) ctx_term;
    decltype(&::zmq_socket) socket;
    decltype(&::zmq_close) close;
    decltype(&::zmq_setsockopt) setsockopt;
    decltype(&::zmq_bind) bind;
    decltype(&::zmq_send) send;
    decltype(&::zmq_errno) error;
    decltype(&::zmq_strerror) error_text;

    /// The error says how to install it.
    [[nodiscard]] static Result<std::shared_ptr<const Library>, std::string> load();
};

/// A context of the library; its sockets must be gone before it ends.
class Context {
public:
    explicit Context(std::shared_ptr<const Library> library)
        : library_(std::move(library)), context_(library_->ctx_new()) {}
    ~Context() { library_->ctx_term(context_); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    [[nodiscard]] const Library& library() const { return *library_; }
    [[nodiscard]] void* get() const { return context_; }

private:
    std::shared_ptr<const Library> library_;
    void* context_;
};

/// A socket to which many subscribers connect.
class PublishingSocket {
public:
    /// Listens at `address`. The error is the library's.
    [[nodiscard]] static Result<std::unique_ptr<PublishingSocket>, std::string> open(
        const Context& context, const std::string& address, int high_water_mark);
    ~PublishingSocket() { library_.close(socket_); }
    PublishingSocket(const PublishingSocket&) = delete;
    PublishingSocket& operator=(const PublishingSocket&) = delete;

    /// Sends one part of a message. Never waits.
    [[nodiscard]] Result<void, std::string> send(const void* data, std::size_t size, bool is_last);

private:
    PublishingSocket(const Library& library, void* socket) : library_(library), socket_(socket) {}
    const Library& library_;
    void* const socket_;
};

}  // namespace daler::zmq
