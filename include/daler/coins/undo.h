#pragma once

#include <daler/consensus/check_transaction.h>

#include <vector>

namespace daler::coins {

/// The coins that one transaction spent, in input order.
using TxUndo = std::vector<consensus::Coin>;

/// What disconnecting a block must restore: one TxUndo per transaction but the coinbase.
struct BlockUndo {
    std::vector<TxUndo> transactions;
};

/// Bitcoin's undo record (amounts and scripts in its compressed forms), without framing and
/// checksum.
[[nodiscard]] Bytes encode(const BlockUndo& undo);
[[nodiscard]] Result<BlockUndo, DecodeError> decode_undo(ByteSpan bytes);

}  // namespace daler::coins
