#include "zmq/library.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace daler::zmq {
namespace {

constexpr const char* file_name = "libzmq.so.5";

template <class Function>
bool find(void* handle, const char* name, Function& out) {
    out = reinterpret_cast<Function>(::dlsym(handle, name));
    return out != nullptr;
}

bool find_all(void* handle, Library& out) {
    return find(handle, "zmq_ctx_new", out.ctx_new) && find(handle, "zmq_ctx_term", out.ctx_term) &&
           find(handle, "zmq_socket", out.socket) && find(handle, "zmq_close", out.close) &&
           find(handle, "zmq_setsockopt", out.setsockopt) && find(handle, "zmq_bind", out.bind) &&
           find(handle, "zmq_send", out.send) && find(handle, "zmq_errno", out.error) &&
           find(handle, "zmq_strerror", out.error_text);
}

std::string last_error(const Library& library) {
    return library.error_text(library.error());
}

}  // namespace

Result<std::shared_ptr<const Library>, std::string> Library::load() {
    void* const handle = ::dlopen(file_name, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        return fail(
            fmt::format("The library {} cannot be loaded ({}). Install it (on Debian: apt install "
                        "libzmq5), or start without -zmqpub options.",
                        file_name, ::dlerror()));
    }
    auto library = std::make_unique<Library>();
    if (!find_all(handle, *library)) {
        ::dlclose(handle);
        return fail(fmt::format("The library {} lacks a function that daler needs.", file_name));
    }
    const auto close = [handle](const Library* loaded) {
        delete loaded;
        ::dlclose(handle);
    };
    return std::shared_ptr<const Library>(library.release(), close);
}

Result<std::unique_ptr<PublishingSocket>, std::string> PublishingSocket::open(
    const Context& context, const std::string& address, int high_water_mark) {
    const Library& library = context.library();
    void* const socket = library.socket(context.get(), ZMQ_PUB);
    if (!socket) return fail(last_error(library));
    std::unique_ptr<PublishingSocket> out(new PublishingSocket(library, socket));
    constexpr int on = 1, no_wait = 0;
    const bool is_v6 = address.starts_with("tcp://[");
    const auto set = [&](int option, int value) {
        return library.setsockopt(socket, option, &value, sizeof value) == 0;
    };
    if (!set(ZMQ_SNDHWM, high_water_mark) || !set(ZMQ_TCP_KEEPALIVE, on) ||
        !set(ZMQ_LINGER, no_wait) || (is_v6 && !set(ZMQ_IPV6, on)) ||
        library.bind(socket, address.c_str()) != 0)
        return fail(last_error(library));
    return out;
}

Result<void, std::string> PublishingSocket::send(const void* data, std::size_t size, bool is_last) {
    if (library_.send(socket_, data, size, is_last ? 0 : ZMQ_SNDMORE) >= 0) return {};
    return fail(last_error(library_));
}

}  // namespace daler::zmq
