#pragma once

#include <daler/storage/flat_files.h>

#include <memory>
#include <optional>

namespace daler::chain {

/// Finds records (magic, size, payload) in a file that may be damaged anywhere.
class RecordScanner {
public:
    struct Record {
        std::uint64_t offset;  ///< of the magic
        std::uint32_t size;    ///< of the payload

        [[nodiscard]] std::uint64_t payload() const {
            return offset + storage::FlatFiles::frame_size;
        }
        [[nodiscard]] std::uint64_t end() const { return payload() + size; }
    };

    RecordScanner(std::shared_ptr<const storage::File> file, const storage::XorKey& key,
                  const std::array<std::uint8_t, 4>& magic);

    /// The record that starts at `offset`: its magic is right, its size is possible for a block and
    /// within the file.
    [[nodiscard]] std::optional<Record> record_at(std::uint64_t offset) const;
    [[nodiscard]] bool has_magic_at(std::uint64_t offset) const;
    /// The first magic at or behind `offset`.
    [[nodiscard]] std::optional<std::uint64_t> find_magic(std::uint64_t offset) const;
    /// True if there are only zeros from `offset` to `end`: space that was reserved and not used.
    [[nodiscard]] bool is_blank(std::uint64_t offset, std::uint64_t end) const;
    /// Up to `size` bytes from `offset`: fewer only at the end of the file.
    [[nodiscard]] Bytes read(std::uint64_t offset, std::size_t size) const;
    [[nodiscard]] std::uint64_t file_size() const { return size_; }

private:
    std::shared_ptr<const storage::File> file_;
    storage::XorKey key_;
    std::array<std::uint8_t, 4> magic_;
    std::uint64_t size_;
};

}  // namespace daler::chain
