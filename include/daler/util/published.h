#pragma once

#include <memory>
#include <mutex>

namespace daler {

/// An object that some threads replace and others use. A thread that loaded it shares it as long
/// as needed, even after it was replaced. Thread-safe; the lock is held for the copy of a pointer
/// only. (Not std::atomic<std::shared_ptr>: in gcc 12 a load of it is a race with the next store,
/// because its unlock is a relaxed operation.)
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
        // The old object may take long to destroy, so this happens without the lock.
        value = exchange(std::move(value));
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<T> value_;
};

}  // namespace daler
