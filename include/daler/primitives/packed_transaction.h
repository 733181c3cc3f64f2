#pragma once

#include <daler/primitives/transaction.h>

#include <functional>

namespace daler {

/// An immutable transaction in one piece of memory: its ids and its bytes as on the wire. It takes
/// about a third of the memory of a TransactionRef, which `unpack` makes of it. For collections of
/// many transactions that are seldom read. Not thread-safe to move, any thread may read.
class PackedTransaction {
public:
    explicit PackedTransaction(const SealedTransaction& tx);

    [[nodiscard]] const Txid& txid() const { return head().txid; }
    [[nodiscard]] Wtxid wtxid() const;
    /// Weight units, as SealedTransaction::weight.
    [[nodiscard]] std::int64_t weight() const {
        return 3 * std::int64_t{head().stripped_size} + head().total_size;
    }
    /// The transaction with its witness (BIP 144).
    [[nodiscard]] ByteSpan bytes() const;
    [[nodiscard]] std::uint32_t version() const;
    [[nodiscard]] std::uint32_t lock_time() const;
    [[nodiscard]] TransactionRef unpack() const;

    /// Calls `visit(position)` for each input, in their order. `prevout_at(position)` is what the
    /// input spends.
    void visit_prevouts(const std::function<void(std::uint32_t position)>& visit) const;
    /// Requires: a position that visit_prevouts gave.
    [[nodiscard]] OutPoint prevout_at(std::uint32_t position) const;

    /// Bytes of memory outside the object.
    [[nodiscard]] std::size_t heap_usage() const;

private:
    /// Comes first in the memory. The wtxid follows if there is a witness, then the bytes.
    struct Head {
        Txid txid;
        std::uint32_t stripped_size;
        std::uint32_t total_size;
    };
    [[nodiscard]] const Head& head() const;
    [[nodiscard]] bool has_witness() const { return head().stripped_size != head().total_size; }
    [[nodiscard]] std::size_t offset_of_bytes() const {
        return sizeof(Head) + (has_witness() ? sizeof(Wtxid) : 0);
    }

    struct Free {
        void operator()(std::uint8_t* memory) const { ::operator delete(memory); }
    };
    std::unique_ptr<std::uint8_t, Free> memory_;
};

}  // namespace daler
