#include <daler/coins/record_pool.h>

#include <daler/util/ensure.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace daler::coins {

RecordPool& RecordPool::operator=(RecordPool&& other) noexcept {
    chunks_ = std::exchange(other.chunks_, {});
    used_ = std::exchange(other.used_, 0);
    room_ = std::exchange(other.room_, 0);
    memory_usage_ = std::exchange(other.memory_usage_, 0);
    free_ = std::exchange(other.free_, {});
    return *this;
}

std::size_t RecordPool::class_of(std::size_t size) {
    if (size <= max_exact) return (size + alignment - 1) / alignment;
    constexpr auto exact_width = static_cast<std::size_t>(std::bit_width(max_exact - 1));
    return exact_classes + static_cast<std::size_t>(std::bit_width(size - 1)) - exact_width;
}

std::size_t RecordPool::class_size(std::size_t number) {
    if (number <= exact_classes) return number * alignment;
    return max_exact << (number - exact_classes);
}

void RecordPool::add_chunk(std::size_t least) {
    // Small pools stay small, large ones have few chunks.
    const std::size_t size = std::max(std::clamp(memory_usage_, first_chunk, max_chunk), least);
    chunks_.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(size));
    used_ = chunks_.size() == 1 ? alignment : 0;  // the first name means nothing
    room_ = size;
    memory_usage_ += size;
}

RecordPool::Ref RecordPool::allocate(std::size_t size) {
    ensure(size > 0 && size <= max_size);
    const std::size_t number = class_of(size);
    auto& first_free = free_[number];
    if (first_free != 0) {
        const Ref ref = first_free;
        std::memcpy(&first_free, at(ref), sizeof first_free);
        return ref;
    }
    const std::size_t bytes = class_size(number);
    if (room_ - used_ < bytes) add_chunk(bytes + alignment);
    const auto ref = static_cast<Ref>((chunks_.size() - 1) << offset_bits | (used_ / alignment));
    used_ += bytes;
    return ref;
}

void RecordPool::release(Ref ref, std::size_t size) {
    auto& first_free = free_[class_of(size)];
    std::memcpy(at(ref), &first_free, sizeof first_free);
    first_free = ref;
}

}  // namespace daler::coins
