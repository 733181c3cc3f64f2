#include <daler/coins/coin_table.h>

#include <daler/util/ensure.h>
#include <daler/util/random.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace daler::coins {
namespace {

constexpr std::size_t least_slots = 8;

/// The bytes of a key behind its prefix and the byte that its segment has in common: five of the
/// txid, three of the index. What they leave out may stand in any order: it costs a little time.
std::uint64_t sort_order(ByteSpan key) {
    constexpr std::size_t txid_begin = 2;
    constexpr std::size_t txid_bytes = 5;
    constexpr std::size_t index_bytes = 3;
    std::uint64_t order = 0;
    for (std::size_t i = 0; i < txid_bytes; ++i)
        order = order << 8 | key[txid_begin + i];
    for (std::size_t i = CoinKey::txid_end; i < CoinKey::txid_end + index_bytes; ++i)
        order = order << 8 | (i < key.size() ? key[i] : 0u);
    return order;
}

}  // namespace

OutPointHasher::OutPointHasher() {
    fill_secure_random({reinterpret_cast<std::uint8_t*>(secret_.data()), sizeof secret_});
}

CoinKey::CoinKey(const OutPoint& outpoint) {
    bytes_[0] = prefix;
    std::ranges::copy(outpoint.txid.bytes, bytes_.begin() + 1);
    // A varint (see coin_codec.h), made from its end.
    std::array<std::uint8_t, max_size - txid_end> digits;
    std::size_t first = digits.size();
    std::uint32_t rest = outpoint.index;
    digits[--first] = rest & 0x7f;
    while (rest > 0x7f) {
        rest = (rest >> 7) - 1;
        digits[--first] = static_cast<std::uint8_t>((rest & 0x7f) | 0x80);
    }
    std::copy(digits.begin() + static_cast<std::ptrdiff_t>(first), digits.end(),
              bytes_.begin() + txid_end);
    size_ = txid_end + digits.size() - first;
}

CoinSegment& CoinSegment::operator=(CoinSegment&& other) noexcept {
    slots_ = std::exchange(other.slots_, {});
    count_ = std::exchange(other.count_, 0);
    pool_ = std::move(other.pool_);
    return *this;
}

std::size_t CoinSegment::locate(std::uint32_t tag, ByteSpan key) const {
    if (slots_.empty()) return nowhere;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = tag & mask; slots_[at].ref != 0; at = (at + 1) & mask) {
        if (slots_[at].tag != tag) continue;
        const auto found = record(slots_[at].ref)->key();
        if (found.size() == key.size() && std::memcmp(found.data(), key.data(), key.size()) == 0)
            return at;
    }
    return nowhere;
}

RecordPool::Ref CoinSegment::make(ByteSpan key, ByteSpan value, std::uint8_t flags) {
    ensure(value.size() <= std::numeric_limits<std::uint16_t>::max());
    const auto ref = pool_.allocate(sizeof(CoinRecord) + key.size() + value.size());
    auto* at = pool_.at(ref);
    new (at) CoinRecord{static_cast<std::uint16_t>(value.size()),
                        static_cast<std::uint8_t>(key.size()), flags};
    // Pointers: through the iterators of a span gcc 12 copies byte by byte.
    at = std::copy_n(key.data(), key.size(), at + sizeof(CoinRecord));
    std::copy_n(value.data(), value.size(), at);
    return ref;
}

void CoinSegment::put(std::uint32_t tag, ByteSpan key, ByteSpan value, std::uint8_t flags) {
    const std::size_t at = locate(tag, key);
    if (at == nowhere) {
        grow();
        insert({tag, make(key, value, flags)});
        ++count_;
        return;
    }
    auto& ref = slots_[at].ref;
    pool_.release(ref, record(ref)->size());
    ref = make(key, value, flags);
}

void CoinSegment::erase(const CoinPlace& place) {
    const std::size_t at = locate(place.tag, place.key);
    if (at != nowhere) remove(at);
}

void CoinSegment::insert(Slot slot) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = slot.tag & mask;
    while (slots_[at].ref != 0)
        at = (at + 1) & mask;
    slots_[at] = slot;
}

void CoinSegment::remove(std::size_t at) {
    pool_.release(slots_[at].ref, record(slots_[at].ref)->size());
    --count_;
    // The entries behind it move up, so that no search ends at the free slot.
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t next = (at + 1) & mask; slots_[next].ref != 0; next = (next + 1) & mask) {
        const std::size_t home = slots_[next].tag & mask;
        if (((next - home) & mask) < ((next - at) & mask)) continue;
        slots_[at] = slots_[next];
        at = next;
    }
    slots_[at].ref = 0;
}

void CoinSegment::grow() {
    if ((count_ + 1) * 5 <= slots_.size() * 4) return;
    const auto old =
        std::exchange(slots_, std::vector<Slot>(std::max(least_slots, slots_.size() * 2)));
    for (const auto& slot : old)
        if (slot.ref != 0) insert(slot);
}

std::vector<CoinSegment::Change> CoinSegment::changes() const {
    std::vector<Change> out;
    out.reserve(count_);
    for (const auto& slot : slots_) {
        if (slot.ref == 0) continue;
        const auto* coin = record(slot.ref);
        if (coin->has(CoinRecord::dirty)) out.push_back({sort_order(coin->key()), coin});
    }
    std::ranges::sort(out, {}, &Change::order);
    return out;
}

void CoinSegment::settle() {
    for (std::size_t at = 0; at < slots_.size();) {
        if (slots_[at].ref == 0) {
            ++at;
        } else if (auto* coin = record(slots_[at].ref); coin->has(CoinRecord::spent)) {
            remove(at);  // another may be here now; one from the front may come to the end
        } else {
            coin->flags = 0;
            ++at;
        }
    }
}

void CoinSegment::absorb(const CoinSegment& newer) {
    for (const auto& slot : newer.slots_) {
        if (slot.ref == 0) continue;
        const auto* coin = newer.record(slot.ref);
        put(slot.tag, coin->key(), coin->value(), coin->flags);
    }
}

std::size_t CoinTable::size() const {
    std::size_t total = 0;
    for (const auto& segment : segments_)
        total += segment.size();
    return total;
}

std::size_t CoinTable::memory_usage() const {
    std::size_t total = 0;
    for (const auto& segment : segments_)
        total += segment.memory_usage();
    return total;
}

}  // namespace daler::coins
