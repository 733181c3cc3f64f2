#pragma once

#include <daler/encoding/json.h>
#include <daler/ledger/ledger.h>
#include <daler/rpc/method.h>

#include <map>

namespace daler {
struct ChainParams;
}

namespace daler::rpc {

/// Reads a transaction in hex, in the form with or without witness (BIP 144). -22 with `message` if
/// it is not a transaction.
[[nodiscard]] Transaction decode_hex_transaction(std::string_view hex, std::string_view message);

/// Reads a transaction in hex: with witness, without, or, if the caller does not say, in the form
/// that fits. -22 "TX decode failed".
[[nodiscard]] Transaction decode_hex_in_any_form(std::string_view hex,
                                                 std::optional<bool> is_witness);

/// The default for the highest fee rate that sendrawtransaction and testmempoolaccept accept: 0.10
/// BTC/kvB.
inline constexpr FeeRate default_max_fee_rate{Amount{satoshis_per_coin / 10}};

/// Argument `i` as the highest fee rate to pay; nothing for zero, which means any. -8 "Fee rates
/// larger than or equal to 1BTC/kvB are not accepted".
[[nodiscard]] std::optional<FeeRate> max_fee_rate(const Call& call, std::size_t i);

/// Throws -25 if an output of `tx` that cannot be spent has more than `limit`.
void check_burned(const Transaction& tx, Amount limit);

/// The output script of an address of this chain, or -5 "Invalid address".
[[nodiscard]] Script script_of_address(const std::string& address, const ChainParams& params);

/// The outputs that `tx` spends and that are unspent on the chain or come from the mempool.
[[nodiscard]] std::map<OutPoint, consensus::Coin> find_spent_coins(ledger::Ledger& ledger,
                                                                   const Transaction& tx);

/// Builds outputs from an object, or an array of objects, of amounts by address, and data.
[[nodiscard]] std::vector<TxOutput> construct_outputs(const Json& outputs,
                                                      const ChainParams& params);

/// Builds a transaction from inputs, outputs (object or array of objects), lock time, and
/// replaceable (nothing: decided by the sequences).
[[nodiscard]] Transaction construct_transaction(const Json& inputs, const Json& outputs,
                                                std::int64_t lock_time,
                                                std::optional<bool> replaceable,
                                                const ChainParams& params);
/// The same from the first four arguments of a call.
[[nodiscard]] Transaction construct_transaction(const Call& call);

/// Signature hash type by name ("DEFAULT", "ALL", "ALL|ANYONECANPAY" ...); -8 `'X' is not a valid
/// sighash parameter.`
[[nodiscard]] std::uint8_t sighash_by_name(const Json& name);

/// False if the script fails for any input: it does not parse, or it has an opcode or a push that
/// the interpreter refuses.
[[nodiscard]] bool is_runnable(ByteSpan script);

}  // namespace daler::rpc
