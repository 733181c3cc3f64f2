#pragma once

#include <daler/util/result.h>

#include <string>

namespace daler::app {

/// Notices the end of another process. A thread of it that ends changes nothing.
class ProcessWatch {
public:
    /// Watches the process that `-withparent=TEXT` names: by its id, or our parent if `text` is
    /// empty. The error is for the user: the process has ended already, or `text` is no process id.
    [[nodiscard]] static Result<ProcessWatch, std::string> open(const std::string& text);

    /// Watches nothing.
    ProcessWatch() = default;
    ProcessWatch(ProcessWatch&& other) noexcept;
    ProcessWatch& operator=(ProcessWatch&&) = delete;
    ~ProcessWatch();

    /// A descriptor that becomes readable when the process has ended; -1 if nothing is watched.
    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    explicit ProcessWatch(int descriptor) : descriptor_(descriptor) {}
    int descriptor_ = -1;
};

}  // namespace daler::app
