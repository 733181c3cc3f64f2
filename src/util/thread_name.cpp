#include <daler/util/thread_name.h>

#include <pthread.h>
#include <unistd.h>

#include <array>

namespace daler {
namespace {

constexpr std::size_t name_size = 16;  // of the kernel, with the zero at the end

}  // namespace

void set_thread_name(const std::string& name) {
    ::pthread_setname_np(::pthread_self(), name.substr(0, name_size - 1).c_str());
}

std::string thread_name() {
    if (::gettid() == ::getpid()) return "init";
    std::array<char, name_size> name{};
    ::pthread_getname_np(::pthread_self(), name.data(), name.size());
    return name.data();
}

}  // namespace daler
