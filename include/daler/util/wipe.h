#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace daler {

/// Overwrites memory that held a secret; the compiler does not leave it out.
void wipe(std::span<std::uint8_t> bytes);
/// Overwrites a text, which is empty then.
void wipe(std::string& text);

/// While one lives, what its thread frees by `delete` is overwritten first. So no copy of a secret
/// stays that a container or a library made and forgot. Makes each free a little slower. Has no
/// effect in builds with a sanitizer that checks memory, which has its own allocator.
class WipeScope {
public:
    WipeScope();
    ~WipeScope();
    WipeScope(const WipeScope&) = delete;
    WipeScope& operator=(const WipeScope&) = delete;
    /// Whether this thread has one.
    [[nodiscard]] static bool is_active();
};

/// Overwrites the part of the thread's stack that calls before this one have used, up to a depth
/// of 64 KiB.
void wipe_stack();

}  // namespace daler
