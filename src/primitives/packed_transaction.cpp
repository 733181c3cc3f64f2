#include <daler/primitives/packed_transaction.h>

#include <algorithm>
#include <new>

namespace daler {
namespace {

constexpr std::size_t marker_at = sizeof Transaction::version;

template <class T>
T copy_from(const std::uint8_t* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

}  // namespace

PackedTransaction::PackedTransaction(const SealedTransaction& tx) {
    static_assert(std::is_trivially_copyable_v<Head> && alignof(Head) <= alignof(std::max_align_t));
    const bool with_witness = tx.stripped_size != tx.total_size;
    const std::size_t offset = sizeof(Head) + (with_witness ? sizeof(Wtxid) : 0);
    memory_.reset(static_cast<std::uint8_t*>(::operator new(offset + tx.total_size)));
    new (memory_.get()) Head{tx.txid, tx.stripped_size, tx.total_size};
    if (with_witness) std::ranges::copy(tx.wtxid.bytes, memory_.get() + sizeof(Head));
    const Bytes encoded = encode(tx);
    std::memcpy(memory_.get() + offset, encoded.data(), encoded.size());
}

const PackedTransaction::Head& PackedTransaction::head() const {
    return *std::launder(reinterpret_cast<const Head*>(memory_.get()));
}

Wtxid PackedTransaction::wtxid() const {
    if (!has_witness()) return txid().as<Wtxid>();
    return copy_from<Wtxid>(memory_.get() + sizeof(Head));
}

ByteSpan PackedTransaction::bytes() const {
    return {memory_.get() + offset_of_bytes(), head().total_size};
}

std::uint32_t PackedTransaction::version() const {
    return copy_from<std::uint32_t>(bytes().data());
}

std::uint32_t PackedTransaction::lock_time() const {
    return copy_from<std::uint32_t>(bytes().last(sizeof Transaction::lock_time).data());
}

TransactionRef PackedTransaction::unpack() const {
    ByteReader reader(bytes());
    return TransactionRef(new SealedTransaction(read_transaction(reader), txid(), wtxid(),
                                                head().stripped_size, head().total_size));
}

void PackedTransaction::visit_prevouts(
    const std::function<void(std::uint32_t position)>& visit) const {
    constexpr std::size_t marker_and_flag = 2;
    ByteReader reader(bytes().subspan(marker_at + (has_witness() ? marker_and_flag : 0)));
    for (std::uint64_t left = reader.compact_size(); left > 0; --left) {
        visit(static_cast<std::uint32_t>(bytes().size() - reader.remaining().size()));
        (void)read_outpoint(reader);
        (void)reader.sized_bytes();
        (void)reader.u32();
    }
}

OutPoint PackedTransaction::prevout_at(std::uint32_t position) const {
    ByteReader reader(bytes().subspan(position));
    return read_outpoint(reader);
}

std::size_t PackedTransaction::heap_usage() const {
    return offset_of_bytes() + head().total_size;
}

}  // namespace daler
