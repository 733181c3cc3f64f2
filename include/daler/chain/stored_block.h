#pragma once

#include <daler/primitives/block.h>
#include <daler/primitives/transaction_view.h>

#include <list>
#include <memory>
#include <mutex>
#include <optional>

namespace daler::chain {

/// The bytes of a block, and where its transactions are in them. Immutable to its users; any thread
/// may use one.
class StoredBlock {
public:
    /// Null if the bytes are not one block.
    [[nodiscard]] static std::shared_ptr<const StoredBlock> make(Bytes bytes);

    [[nodiscard]] ByteSpan bytes() const { return bytes_; }
    [[nodiscard]] BlockHeader header() const;
    [[nodiscard]] std::size_t size() const { return ends_.size(); }  ///< transactions
    /// The bytes of transaction i, its witness included.
    [[nodiscard]] ByteSpan transaction(std::size_t i) const;
    /// Bytes of the block without witnesses.
    [[nodiscard]] std::size_t stripped_size() const { return stripped_size_; }

    /// The ids of all transactions. They are computed at the first call.
    [[nodiscard]] std::span<const Txid> txids() const;
    /// The transaction with this id. Computes no more ids than it needs to find it.
    [[nodiscard]] std::optional<std::size_t> find(const Txid& txid) const;

    /// The memory it takes, in bytes.
    [[nodiscard]] std::size_t memory_usage() const;

private:
    StoredBlock() = default;
    /// Hashes the next transaction.
    const Txid& add_txid() const;

    Bytes bytes_;
    std::size_t first_ = 0;            ///< where the first transaction begins
    std::vector<std::uint32_t> ends_;  ///< where each transaction ends
    std::size_t stripped_size_ = 0;
    mutable std::mutex mutex_;         ///< guards the ids that are known so far
    mutable std::vector<Txid> txids_;  ///< never moves: its memory is reserved
    mutable TransactionView scratch_;
};

/// The blocks that were used last, with their bytes: a block that is asked for again and again is
/// read and checked once. Thread-safe.
class StoredBlocks {
public:
    /// The memory for all of them. One block is kept even if it is larger.
    static constexpr std::size_t max_stored_blocks_memory = 16u << 20;
    static constexpr std::size_t max_stored_blocks = 64;

    /// Null if it is not here.
    [[nodiscard]] std::shared_ptr<const StoredBlock> find(const BlockHash& hash);
    void add(const BlockHash& hash, std::shared_ptr<const StoredBlock> block);

private:
    using Kept = std::pair<BlockHash, std::shared_ptr<const StoredBlock>>;

    std::mutex mutex_;        ///< guards the rest
    std::list<Kept> blocks_;  ///< the last used one first
    std::size_t memory_ = 0;
};

}  // namespace daler::chain
