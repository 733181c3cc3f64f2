#pragma once

#include <daler/primitives/amount.h>
#include <daler/primitives/hash.h>
#include <daler/primitives/script.h>

#include <memory>
#include <vector>

namespace daler {

/// The number of blocks before a block; genesis has height 0.
using Height = std::int32_t;

/// Names one output of one transaction.
struct OutPoint {
    static constexpr std::uint32_t null_index = 0xffffffff;

    Txid txid;
    std::uint32_t index = null_index;

    /// The prevout of a coinbase input: zero id, index 0xffffffff.
    [[nodiscard]] bool is_null() const { return index == null_index && txid.is_zero(); }

    auto operator<=>(const OutPoint&) const = default;
};

/// The stack items that satisfy a witness program (BIP 141).
using Witness = std::vector<Bytes>;

struct TxInput {
    static constexpr std::uint32_t final_sequence = 0xffffffff;
    /// The greatest sequence with which the transaction's lock time counts.
    static constexpr std::uint32_t max_locking_sequence = final_sequence - 1;

    OutPoint prevout;
    Script script_sig;
    std::uint32_t sequence = final_sequence;
    Witness witness;

    bool operator==(const TxInput&) const = default;
};

struct TxOutput {
    Amount value;
    Script script_pubkey;

    bool operator==(const TxOutput&) const = default;
};

/// A transaction as plain data.
struct Transaction {
    std::uint32_t version = 2;
    std::vector<TxInput> inputs;
    std::vector<TxOutput> outputs;
    std::uint32_t lock_time = 0;

    [[nodiscard]] bool has_witness() const;
    /// True if there is one input, and it spends no output.
    [[nodiscard]] bool is_coinbase() const {
        return inputs.size() == 1 && inputs[0].prevout.is_null();
    }
    /// The sum of the outputs. Only meaningful once each is known to be money.
    [[nodiscard]] Amount output_value() const;

    bool operator==(const Transaction&) const = default;
};

/// Which form of a transaction is meant: with its witness (BIP 144), or as it was before segwit.
enum class WitnessMode : bool { exclude, include };

/// Bytes of `tx` in the given form.
[[nodiscard]] std::size_t serialized_size(const Transaction& tx, WitnessMode mode);
void write(ByteWriter& writer, const TxOutput& output);
void write(ByteWriter& writer, const OutPoint& outpoint);
void write(ByteWriter& writer, const Transaction& tx, WitnessMode mode = WitnessMode::include);
[[nodiscard]] Bytes encode(const Transaction& tx, WitnessMode mode = WitnessMode::include);

/// Reads a transaction in either form; `reader` keeps errors. With WitnessMode::exclude it does
/// not look for the marker of BIP 144; transactions without inputs, which wallets exchange, need
/// that.
[[nodiscard]] Transaction read_transaction(ByteReader& reader,
                                           WitnessMode mode = WitnessMode::include);
[[nodiscard]] OutPoint read_outpoint(ByteReader& reader);
[[nodiscard]] TxOutput read_output(ByteReader& reader);

/// Reads exactly one transaction.
[[nodiscard]] Result<Transaction, DecodeError> decode_transaction(
    ByteSpan bytes, WitnessMode mode = WitnessMode::include);

[[nodiscard]] Txid compute_txid(const Transaction& tx);
[[nodiscard]] Wtxid compute_wtxid(const Transaction& tx);

/// An immutable transaction with its ids and sizes, computed once. Made by `seal`.
struct SealedTransaction : Transaction {
    Txid txid;
    Wtxid wtxid;
    std::uint32_t stripped_size;  ///< bytes without witness
    std::uint32_t total_size;     ///< bytes with witness

    /// Weight units: 3 x stripped + total (BIP 141).
    [[nodiscard]] std::int64_t weight() const {
        return 3 * std::int64_t{stripped_size} + total_size;
    }
    /// Virtual bytes: weight / 4, rounded up.
    [[nodiscard]] std::int64_t vsize() const { return (weight() + 3) / 4; }

private:
    friend std::shared_ptr<const SealedTransaction> seal(Transaction tx);
    friend std::shared_ptr<const SealedTransaction> read_sealed_transaction(ByteReader& reader);
    friend class PackedTransaction;
    SealedTransaction(Transaction tx, ByteSpan encoded);
    SealedTransaction(Transaction tx, const Txid& txid_, const Wtxid& wtxid_,
                      std::uint32_t stripped_size_, std::uint32_t total_size_)
        : Transaction(std::move(tx)),
          txid(txid_),
          wtxid(wtxid_),
          stripped_size(stripped_size_),
          total_size(total_size_) {}
};

/// The usual form of a transaction: shared, immutable, hashed once. Any thread may read one.
using TransactionRef = std::shared_ptr<const SealedTransaction>;

[[nodiscard]] TransactionRef seal(Transaction tx);
/// Reads a transaction and hashes the bytes it was read from. Null if they do not parse; `reader`
/// keeps the error.
[[nodiscard]] TransactionRef read_sealed_transaction(ByteReader& reader);

}  // namespace daler
