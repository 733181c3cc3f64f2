#include "record_scanner.h"

#include "block_store.h"

#include <algorithm>
#include <cstring>

namespace daler::chain {
namespace {

constexpr std::size_t chunk_size = 64u << 10;
constexpr std::uint32_t min_block_size = BlockHeader::size + 1;

}  // namespace

RecordScanner::RecordScanner(std::shared_ptr<const storage::File> file, const storage::XorKey& key,
                             const std::array<std::uint8_t, 4>& magic)
    : file_(std::move(file)), key_(key), magic_(magic), size_(file_->size()) {}

Bytes RecordScanner::read(std::uint64_t offset, std::size_t size) const {
    if (offset >= size_) return {};
    Bytes bytes(static_cast<std::size_t>(std::min<std::uint64_t>(size, size_ - offset)));
    bytes.resize(file_->read(bytes, offset));
    storage::apply_xor(key_, bytes, offset);
    return bytes;
}

bool RecordScanner::has_magic_at(std::uint64_t offset) const {
    return std::ranges::equal(read(offset, magic_.size()), magic_);
}

std::optional<RecordScanner::Record> RecordScanner::record_at(std::uint64_t offset) const {
    const Bytes frame = read(offset, storage::FlatFiles::frame_size);
    if (frame.size() < storage::FlatFiles::frame_size ||
        !std::equal(magic_.begin(), magic_.end(), frame.begin())) {
        return std::nullopt;
    }
    Record record{offset, 0};
    std::memcpy(&record.size, frame.data() + magic_.size(), sizeof record.size);
    if (record.size < min_block_size || record.size > max_block_size || record.end() > size_)
        return std::nullopt;
    return record;
}

std::optional<std::uint64_t> RecordScanner::find_magic(std::uint64_t offset) const {
    while (offset + magic_.size() <= size_) {
        const Bytes chunk = read(offset, chunk_size);
        const auto found = std::ranges::search(chunk, magic_);
        if (!found.empty())
            return offset + static_cast<std::uint64_t>(found.begin() - chunk.begin());
        if (chunk.size() < magic_.size()) break;
        // The last bytes may be the start of a magic.
        offset += chunk.size() - magic_.size() + 1;
    }
    return std::nullopt;
}

bool RecordScanner::is_blank(std::uint64_t offset, std::uint64_t end) const {
    while (offset < end) {
        const auto size = std::min<std::uint64_t>(chunk_size, end - offset);
        const Bytes chunk = read(offset, static_cast<std::size_t>(size));
        if (chunk.empty()) break;
        if (std::ranges::any_of(chunk, [](std::uint8_t byte) { return byte != 0; })) return false;
        offset += chunk.size();
    }
    return true;
}

}  // namespace daler::chain
