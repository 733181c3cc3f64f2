#pragma once

#include <daler/coins/coin_key.h>
#include <daler/coins/outpoint_hasher.h>
#include <daler/coins/record_pool.h>

#include <array>
#include <vector>

namespace daler::coins {

/// A coin in memory, unspent or spent: the key and value that the database has for
/// it, in one piece behind this header. A usual coin takes 64 bytes and 10 to 20 of its table.
struct CoinRecord {
    /// Differs from the database.
    static constexpr std::uint8_t dirty = 1;
    /// The database has no coin here: if this one is spent, nothing is written.
    static constexpr std::uint8_t fresh = 2;
    /// The coin is spent; the value is empty.
    static constexpr std::uint8_t spent = 4;

    std::uint16_t value_size;
    std::uint8_t key_size;
    std::uint8_t flags;

    [[nodiscard]] bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
    [[nodiscard]] ByteSpan key() const { return {behind(), key_size}; }
    [[nodiscard]] ByteSpan value() const { return {behind() + key_size, value_size}; }
    /// Bytes of header, key and value.
    [[nodiscard]] std::size_t size() const { return sizeof(CoinRecord) + key_size + value_size; }

private:
    [[nodiscard]] const std::uint8_t* behind() const {
        return reinterpret_cast<const std::uint8_t*>(this + 1);
    }
};
static_assert(sizeof(CoinRecord) == 4 && alignof(CoinRecord) <= RecordPool::alignment);

/// Where the coin of an outpoint belongs in a table.
struct CoinPlace {
    CoinPlace(const OutPoint& outpoint, const OutPointHasher& hasher)
        : key(outpoint),
          tag(static_cast<std::uint32_t>(hasher(outpoint))),
          segment(outpoint.txid.bytes[0]) {}

    CoinKey key;
    std::uint32_t tag;
    std::uint8_t segment;
};

/// The coins whose txids have the same first byte. A hash table of references to
/// records: open addressing, no tombstones, grown before it is four fifths full. It is a small part
/// of the whole, so that growing or sorting it takes a short time.
class CoinSegment {
public:
    CoinSegment() = default;
    CoinSegment(CoinSegment&& other) noexcept { *this = std::move(other); }
    CoinSegment& operator=(CoinSegment&& other) noexcept;

    /// The record at `place`, or null. Good until the next change.
    [[nodiscard]] const CoinRecord* find(const CoinPlace& place) const {
        const std::size_t at = locate(place.tag, place.key);
        return at == nowhere ? nullptr : record(slots_[at].ref);
    }
    /// Makes the record at `place`, or replaces it.
    void put(const CoinPlace& place, ByteSpan value, std::uint8_t flags) {
        put(place.tag, place.key, value, flags);
    }
    /// Removes the record at `place`, if there is one.
    void erase(const CoinPlace& place);

    /// The changes, nearly in the order of their keys.
    struct Change {
        std::uint64_t order;  ///< eight bytes of the key from its second on
        const CoinRecord* record;
    };
    [[nodiscard]] std::vector<Change> changes() const;

    /// After the changes were written: removes spent coins, and marks the others as written.
    void settle();
    /// Takes over all records of `newer`, which replace those that are here.
    void absorb(const CoinSegment& newer);

    /// The number of records.
    [[nodiscard]] std::size_t size() const { return count_; }
    [[nodiscard]] std::size_t memory_usage() const {
        return pool_.memory_usage() + slots_.size() * sizeof(Slot);
    }

private:
    struct Slot {
        std::uint32_t tag;
        RecordPool::Ref ref;  ///< 0: empty
    };
    static constexpr std::size_t nowhere = ~std::size_t{0};

    [[nodiscard]] CoinRecord* record(RecordPool::Ref ref) const {
        return reinterpret_cast<CoinRecord*>(pool_.at(ref));
    }
    [[nodiscard]] std::size_t locate(std::uint32_t tag, ByteSpan key) const;
    void put(std::uint32_t tag, ByteSpan key, ByteSpan value, std::uint8_t flags);
    RecordPool::Ref make(ByteSpan key, ByteSpan value, std::uint8_t flags);
    void insert(Slot slot);
    void remove(std::size_t at);
    void grow();

    std::vector<Slot> slots_;  ///< a power of two, or none
    std::size_t count_ = 0;
    RecordPool pool_;
};

/// Coins by outpoint, for millions of them. Ledger thread.
class CoinTable {
public:
    static constexpr std::size_t segment_count = 256;

    [[nodiscard]] CoinSegment& segment(std::size_t number) { return segments_[number]; }
    [[nodiscard]] CoinSegment& segment(const CoinPlace& place) { return segments_[place.segment]; }
    [[nodiscard]] const CoinSegment& segment(const CoinPlace& place) const {
        return segments_[place.segment];
    }
    /// The number of records.
    [[nodiscard]] std::size_t size() const;
    /// Bytes on the heap.
    [[nodiscard]] std::size_t memory_usage() const;

private:
    std::array<CoinSegment, segment_count> segments_;
};

}  // namespace daler::coins
