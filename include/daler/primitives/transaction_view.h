#pragma once

#include <daler/primitives/transaction.h>

#include <span>

namespace daler {

/// An encoded transaction, read without copies: its parts point into the bytes that were read,
/// which must outlive it. For code that looks at many transactions once.
class TransactionView {
public:
    struct Input {
        OutPoint prevout;
        ByteSpan script_sig;
        std::uint32_t sequence = 0;
    };
    struct Output {
        Amount value;
        ByteSpan script_pubkey;
    };

    /// Reads the next transaction; the memory of the one before is used again. False if the bytes
    /// do not parse: `reader` keeps the error, and nothing else may be used. `mode` as in
    /// read_transaction.
    [[nodiscard]] bool read(ByteReader& reader, WitnessMode mode = WitnessMode::include);

    [[nodiscard]] std::uint32_t version() const { return version_; }
    [[nodiscard]] std::span<const Input> inputs() const { return inputs_; }
    [[nodiscard]] std::span<const Output> outputs() const { return outputs_; }
    [[nodiscard]] std::uint32_t lock_time() const { return lock_time_; }
    /// The witness of input i, item by item.
    [[nodiscard]] std::span<const ByteSpan> witness(std::size_t i) const;
    [[nodiscard]] bool has_witness() const { return !items_.empty(); }
    [[nodiscard]] bool is_coinbase() const {
        return inputs_.size() == 1 && inputs_[0].prevout.is_null();
    }

    /// The whole transaction, its witness included.
    [[nodiscard]] ByteSpan bytes() const { return bytes_; }
    [[nodiscard]] std::size_t stripped_size() const;  ///< bytes without witness
    [[nodiscard]] std::int64_t weight() const {       ///< as SealedTransaction::weight
        return static_cast<std::int64_t>(3 * stripped_size() + bytes_.size());
    }
    [[nodiscard]] std::int64_t vsize() const { return (weight() + 3) / 4; }
    /// Hashes the bytes, anew at each call.
    [[nodiscard]] Txid txid() const;
    [[nodiscard]] Wtxid wtxid() const;

private:
    void read_witnesses(ByteReader& reader);

    ByteSpan bytes_;
    ByteSpan body_;  ///< inputs and outputs with their counts
    std::uint32_t version_ = 0;
    std::uint32_t lock_time_ = 0;
    std::vector<Input> inputs_;
    std::vector<Output> outputs_;
    std::vector<ByteSpan> items_;          ///< of all witnesses
    std::vector<std::size_t> items_ends_;  ///< for each input, where its items end
};

}  // namespace daler
