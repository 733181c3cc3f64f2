#pragma once

#include <daler/primitives/transaction.h>
#include <daler/util/clock.h>

namespace daler {

/// The 80 bytes that carry a block's proof of work.
struct BlockHeader {
    static constexpr std::size_t size = 80;

    std::int32_t version = 4;
    BlockHash previous;
    MerkleRoot merkle_root;
    std::uint32_t time = 0;  ///< seconds since 1970, as the miner says
    std::uint32_t bits = 0;  ///< the target in compact form
    std::uint32_t nonce = 0;

    /// SHA-256d of the 80 bytes. Computed anew at each call.
    [[nodiscard]] BlockHash hash() const;
    [[nodiscard]] BlockTime block_time() const { return from_unix(time); }

    bool operator==(const BlockHeader&) const = default;
};

/// A block as plain data. Blocks are passed around as BlockRef: shared and immutable.
struct Block {
    BlockHeader header;
    std::vector<TransactionRef> transactions;
};

using BlockRef = std::shared_ptr<const Block>;

void write(ByteWriter& writer, const BlockHeader& header);
[[nodiscard]] BlockHeader read_header(ByteReader& reader);
[[nodiscard]] Bytes encode(const BlockHeader& header);
[[nodiscard]] Result<BlockHeader, DecodeError> decode_header(ByteSpan bytes);

void write(ByteWriter& writer, const Block& block, WitnessMode mode = WitnessMode::include);
[[nodiscard]] Bytes encode(const Block& block, WitnessMode mode = WitnessMode::include);
[[nodiscard]] std::size_t serialized_size(const Block& block, WitnessMode mode);

/// Reads a block and hashes its transactions. `reader` keeps errors.
[[nodiscard]] Block read_block(ByteReader& reader);
/// Reads exactly one block.
[[nodiscard]] Result<Block, DecodeError> decode_block(ByteSpan bytes);

/// Weight units of the whole block (BIP 141), header and transaction count included.
[[nodiscard]] std::int64_t weight(const Block& block);

}  // namespace daler
