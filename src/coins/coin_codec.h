#pragma once

#include <daler/consensus/check_transaction.h>

namespace daler::coins {

// The compact forms that Bitcoin's coin database and undo files share.

/// A number in base 128, most significant digit first; each number has exactly one form.
void write_varint(ByteWriter& writer, std::uint64_t value);
[[nodiscard]] std::uint64_t read_varint(ByteReader& reader);

/// Amounts are mostly round: the trailing zeros become one digit.
[[nodiscard]] std::uint64_t compress_amount(std::uint64_t satoshis);
[[nodiscard]] std::uint64_t decompress_amount(std::uint64_t compressed);

/// Standard scripts shrink to a type byte and the hash or x coordinate that is in them.
void write_compressed_script(ByteWriter& writer, ByteSpan script);
[[nodiscard]] Script read_compressed_script(ByteReader& reader);

/// Height and coinbase flag as one number, as coins and undo data carry them.
[[nodiscard]] std::uint32_t origin_code(Height height, bool is_coinbase);

/// The value of a coin in the database: origin, amount, script.
void write_coin(ByteWriter& writer, const TxOutput& output, Height height, bool is_coinbase);
[[nodiscard]] Result<consensus::Coin, DecodeError> decode_coin(ByteSpan bytes);

/// A coin in an undo record: as above, with a zero byte behind the origin of all but height 0
/// (where old versions kept a transaction version).
void write_undo_coin(ByteWriter& writer, const consensus::Coin& coin);
[[nodiscard]] consensus::Coin read_undo_coin(ByteReader& reader);

}  // namespace daler::coins
