#include <daler/chain/stored_block.h>

#include <algorithm>

namespace daler::chain {
namespace {

constexpr std::size_t smallest_transaction = 10;

}  // namespace

std::shared_ptr<const StoredBlock> StoredBlock::make(Bytes bytes) {
    const std::shared_ptr<StoredBlock> block(new StoredBlock);
    block->bytes_ = std::move(bytes);
    ByteReader reader(block->bytes_);
    (void)reader.bytes(BlockHeader::size);
    const std::size_t count = reader.count(smallest_transaction);
    block->ends_.reserve(count);
    block->txids_.reserve(count);
    const auto position = [&] { return block->bytes_.size() - reader.remaining().size(); };
    block->first_ = block->stripped_size_ = position();
    for (std::size_t i = 0; i < count && block->scratch_.read(reader); ++i) {
        block->ends_.push_back(static_cast<std::uint32_t>(position()));
        block->stripped_size_ += block->scratch_.stripped_size();
    }
    if (reader.finish() != DecodeError::none) return nullptr;
    return block;
}

BlockHeader StoredBlock::header() const {
    ByteReader reader(bytes_);
    return read_header(reader);
}

ByteSpan StoredBlock::transaction(std::size_t i) const {
    const std::size_t begin = i == 0 ? first_ : ends_[i - 1];
    return ByteSpan(bytes_).subspan(begin, ends_[i] - begin);
}

const Txid& StoredBlock::add_txid() const {
    ByteReader reader(transaction(txids_.size()));
    (void)scratch_.read(reader);
    return txids_.emplace_back(scratch_.txid());
}

std::span<const Txid> StoredBlock::txids() const {
    const std::lock_guard lock(mutex_);
    while (txids_.size() < size())
        add_txid();
    return txids_;
}

std::optional<std::size_t> StoredBlock::find(const Txid& txid) const {
    const std::lock_guard lock(mutex_);
    if (const auto known = std::ranges::find(txids_, txid); known != txids_.end())
        return static_cast<std::size_t>(known - txids_.begin());
    while (txids_.size() < size())
        if (add_txid() == txid) return txids_.size() - 1;
    return std::nullopt;
}

std::size_t StoredBlock::memory_usage() const {
    return bytes_.capacity() + size() * (sizeof(std::uint32_t) + sizeof(Txid));
}

std::shared_ptr<const StoredBlock> StoredBlocks::find(const BlockHash& hash) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(blocks_, hash, &Kept::first);
    if (found == blocks_.end()) return nullptr;
    blocks_.splice(blocks_.begin(), blocks_, found);
    return found->second;
}

void StoredBlocks::add(const BlockHash& hash, std::shared_ptr<const StoredBlock> block) {
    const std::lock_guard lock(mutex_);
    // Another thread may have read it at the same time.
    if (std::ranges::find(blocks_, hash, &Kept::first) != blocks_.end()) return;
    memory_ += block->memory_usage();
    blocks_.emplace_front(hash, std::move(block));
    while (blocks_.size() > 1 &&
           (blocks_.size() > max_stored_blocks || memory_ > max_stored_blocks_memory)) {
        memory_ -= blocks_.back().second->memory_usage();
        blocks_.pop_back();
    }
}

}  // namespace daler::chain
