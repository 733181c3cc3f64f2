#include <daler/script/signature_cache.h>

#include <daler/util/random.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

namespace daler::script {
namespace {

constexpr std::size_t page = 4096;

Hash256 transaction_key(const Wtxid& wtxid, Flags flags) {
    // The id is a hash, and it is infeasible to find two that differ only in these bits.
    auto key = wtxid.as<Hash256>();
    std::uint32_t word;
    std::memcpy(&word, key.bytes.data(), sizeof word);
    word ^= flags;
    std::memcpy(key.bytes.data(), &word, sizeof word);
    return key;
}

}  // namespace

Hash256 signature_key(SignatureKind kind, const Hash256& signed_hash, ByteSpan public_key,
                      ByteSpan signature) {
    ByteWriter writer(2 + signed_hash.bytes.size() + public_key.size() + signature.size());
    writer.u8(static_cast<std::uint8_t>(kind));
    writer.bytes(signed_hash.bytes);
    writer.u8(static_cast<std::uint8_t>(public_key.size()));
    writer.bytes(public_key);
    writer.bytes(signature);
    return {crypto::sha256(writer.view())};
}

BoundedHashSet::BoundedHashSet(std::size_t bytes) {
    const std::size_t sets = std::bit_floor(std::max(bytes, page)) / (sizeof(Hash256) * ways);
    set_mask_ = sets - 1;
    // calloc, because the system provides the pages of a large block when they are first used.
    slots_.reset(static_cast<Hash256*>(std::calloc(sets * ways, sizeof(Hash256))));
    if (!slots_) throw std::bad_alloc();
    std::array<std::uint8_t, sizeof salt_> random;
    fill_secure_random(random);
    std::memcpy(salt_, random.data(), sizeof salt_);
}

std::uint64_t BoundedHashSet::mix(const Hash256& key) const {
    return crypto::siphash(salt_[0], salt_[1], key.bytes);
}

bool BoundedHashSet::contains(const Hash256& key) const {
    const auto set = mix(key) & set_mask_;
    const Hash256* slots = &slots_[set * ways];
    const std::lock_guard lock(locks_[set % lock_count]);
    return std::find(slots, slots + ways, key) != slots + ways;
}

void BoundedHashSet::insert(const Hash256& key) {
    const auto mixed = mix(key);
    const auto set = mixed & set_mask_;
    Hash256* slots = &slots_[set * ways];
    const std::lock_guard lock(locks_[set % lock_count]);
    if (std::find(slots, slots + ways, key) != slots + ways) return;
    auto* slot = std::find(slots, slots + ways, Hash256{});
    if (slot == slots + ways) {
        // The counter spreads evictions over the slots; the upper bits of the salted hash make the
        // choice unpredictable.
        slot = slots + ((mixed >> 61) + victims_[set % lock_count]++) % ways;
    }
    *slot = key;
}

bool BoundedSignatureCache::contains_tx(const Wtxid& wtxid, Flags flags) const {
    return transactions_.contains(transaction_key(wtxid, flags));
}

void BoundedSignatureCache::insert_tx(const Wtxid& wtxid, Flags flags) {
    transactions_.insert(transaction_key(wtxid, flags));
}

}  // namespace daler::script
