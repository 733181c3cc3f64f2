#include <daler/crypto/secret_slot.h>

#include <daler/util/ensure.h>
#include <daler/util/wipe.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>

#include "secret_pages.h"

namespace daler::crypto {
namespace {

constexpr std::size_t chunk_bytes = 16 * 1024;

thread_local bool slots_were_used = false;

/// The slots of the process. It is to private keys what malloc is to other objects, so it is one
/// for all, and stays until the process ends. Pages are not given back, but used again.
class SlotPool {
public:
    std::uint8_t* take() {
        const std::lock_guard lock(mutex_);
        if (!free_) grow();
        std::uint8_t* const slot = free_;
        free_ = next_of(slot);
        set_next(slot, nullptr);
        return slot;
    }

    void give(std::uint8_t* slot) {
        wipe({slot, SecretSlot::size});
        const std::lock_guard lock(mutex_);
        set_next(slot, std::exchange(free_, slot));
    }

private:
    // A free slot begins with the address of the next one.
    static std::uint8_t* next_of(const std::uint8_t* slot) {
        std::uint8_t* next = nullptr;
        std::memcpy(&next, slot, sizeof next);
        return next;
    }
    static void set_next(std::uint8_t* slot, std::uint8_t* next) {
        std::memcpy(slot, &next, sizeof next);
    }

    void grow() {
        const auto chunk = map_secret_pages(chunk_bytes);
        for (std::size_t at = 0; at < chunk.size(); at += SecretSlot::size)
            set_next(&chunk[at], std::exchange(free_, &chunk[at]));
    }

    std::mutex mutex_;  ///< guards free_ and the chain of free slots
    std::uint8_t* free_ = nullptr;
};

SlotPool& slot_pool() {
    static auto* const pool = new SlotPool;
    return *pool;
}

}  // namespace

SecretSlot::SecretSlot() : data_(slot_pool().take()) {
    slots_were_used = true;
}

SecretSlot::SecretSlot(const SecretSlot& other) : SecretSlot() {
    *this = other;
}

SecretSlot::SecretSlot(SecretSlot&& other) noexcept : data_(std::exchange(other.data_, nullptr)) {}

SecretSlot& SecretSlot::operator=(const SecretSlot& other) {
    if (this == &other) return *this;
    if (!data_) data_ = slot_pool().take();
    std::ranges::copy(other.bytes(), data_);
    return *this;
}

SecretSlot& SecretSlot::operator=(SecretSlot&& other) noexcept {
    std::swap(data_, other.data_);
    return *this;
}

SecretSlot::~SecretSlot() {
    if (!data_) return;
    slot_pool().give(data_);
    slots_were_used = true;
}

ByteSpan SecretSlot::bytes() const {
    ensure(data_ != nullptr);
    return {data_, size};
}

std::span<std::uint8_t> SecretSlot::bytes() {
    ensure(data_ != nullptr);
    return {data_, size};
}

bool SecretSlot::take_used() {
    return std::exchange(slots_were_used, false);
}

}  // namespace daler::crypto
