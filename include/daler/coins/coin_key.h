#pragma once

#include <daler/primitives/transaction.h>

#include <algorithm>
#include <array>

namespace daler::coins {

/// The key of a coin in the database, without an allocation: 'C', txid, index as a varint.
class CoinKey {
public:
    static constexpr std::uint8_t prefix = 'C';
    static constexpr std::size_t txid_end = 33;
    static constexpr std::size_t max_size = txid_end + 5;

    explicit CoinKey(const OutPoint& outpoint);
    operator ByteSpan() const { return {bytes_.data(), size_}; }

private:
    std::array<std::uint8_t, max_size> bytes_;
    std::size_t size_;
};

}  // namespace daler::coins
