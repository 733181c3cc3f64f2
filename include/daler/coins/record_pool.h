#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace daler::coins {

/// Memory for many small records: pieces of chunks, referred to by 32 bits, without a header of
/// their own. A freed piece is used again for one of its size. Chunks are freed with the pool.
class RecordPool {
public:
    /// Refers to a piece; 0: none.
    using Ref = std::uint32_t;
    static constexpr std::size_t alignment = 4;
    static constexpr std::size_t max_size = 16u << 10;

    RecordPool() = default;
    RecordPool(RecordPool&& other) noexcept { *this = std::move(other); }
    RecordPool& operator=(RecordPool&& other) noexcept;

    /// A piece of at least `size` bytes, at most `max_size`.
    [[nodiscard]] Ref allocate(std::size_t size);
    /// Frees a piece that was allocated with `size`.
    void release(Ref ref, std::size_t size);
    [[nodiscard]] std::uint8_t* at(Ref ref) const {
        return chunks_[ref >> offset_bits].get() + (ref & offset_mask) * alignment;
    }
    /// Bytes of all chunks.
    [[nodiscard]] std::size_t memory_usage() const { return memory_usage_; }

private:
    static constexpr unsigned offset_bits = 14;
    static constexpr Ref offset_mask = (1u << offset_bits) - 1;
    static constexpr std::size_t first_chunk = 1u << 10;
    static constexpr std::size_t max_chunk = alignment << offset_bits;
    // Exact classes up to here, then powers of two.
    static constexpr std::size_t max_exact = 128;
    static constexpr std::size_t exact_classes = max_exact / alignment;
    static constexpr std::size_t classes = exact_classes + 1 + 7;

    static std::size_t class_of(std::size_t size);
    static std::size_t class_size(std::size_t number);
    void add_chunk(std::size_t least);

    std::vector<std::unique_ptr<std::uint8_t[]>> chunks_;
    std::size_t used_ = 0;  ///< of the newest chunk
    std::size_t room_ = 0;  ///< in the newest chunk, used or not
    std::size_t memory_usage_ = 0;
    std::array<Ref, classes> free_{};  ///< each free piece starts with the reference to the next
};

}  // namespace daler::coins
