#pragma once

#include <memory>
#include <mutex>

namespace daler {

/// An object that some threads replace and others use: whoever loads it shares it for as long as
/// needed, replaced or not. Thread-safe; the lock is held for the copy of a pointer only.
/// (std::atomic<std::shared_ptr> would do, but that of gcc 12 lets a load race with the next store:
/// its unlock is a relaxed operation.)
template <class T>
class Published {
public:
    [[nodiscard]] std::shared_ptr<T> load() const {
        const std::lock_guard lock(mutex_);
        return value_;
    }

    /// Returns what was there before.
    std::shared_ptr<T> exchange(std::shared_ptr<T> value) {
        const std::lock_guard lock(mutex_);
        value_.swap(value);
        return value;
    }

    void store(std::shared_ptr<T> value) {
        // The old object may take its time to end: not under the lock.
        value = exchange(std::move(value));
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<T> value_;
};

}  // namespace daler
