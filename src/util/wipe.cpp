#include <daler/util/wipe.h>

#include <array>
#include <cstdlib>
#include <new>

#include <malloc.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DALER_OWN_ALLOCATOR 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define DALER_OWN_ALLOCATOR 0
#endif
#endif

namespace daler {
namespace {

constexpr std::size_t wiped_stack = 64 * 1024;

// State of a thread, which only that thread sees: `delete` has no other way to learn of it.
thread_local unsigned scopes = 0;

}  // namespace

void wipe(std::span<std::uint8_t> bytes) {
    ::explicit_bzero(bytes.data(), bytes.size());
}

void wipe(std::string& text) {
    ::explicit_bzero(text.data(), text.capacity());
    text.clear();
}

WipeScope::WipeScope() {
    ++scopes;
}

WipeScope::~WipeScope() {
    --scopes;
}

bool WipeScope::is_active() {
    return scopes > 0;
}

[[gnu::noinline]] void wipe_stack() {
    std::array<std::uint8_t, wiped_stack> below;
    ::explicit_bzero(below.data(), below.size());
}

#ifndef DALER_OWN_ALLOCATOR
/// What `delete` does in the whole program.
void release(void* memory) noexcept {
    if (scopes > 0 && memory) ::explicit_bzero(memory, ::malloc_usable_size(memory));
    std::free(memory);
}
#endif

}  // namespace daler

#ifndef DALER_OWN_ALLOCATOR
// The `new` of the standard library takes memory from malloc, which is what allows this.
void operator delete(void* memory) noexcept {
    daler::release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    daler::release(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    daler::release(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    daler::release(memory);
}
void operator delete[](void* memory) noexcept {
    daler::release(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    daler::release(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
    daler::release(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
    daler::release(memory);
}
#endif
