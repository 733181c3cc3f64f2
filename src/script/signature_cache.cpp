#include <daler/script/signature_cache.h>

#include <daler/util/random.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

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

BoundedHashSet::BoundedHashSet(std::size_t bytes)
    : max_buckets_(std::bit_floor(std::max(bytes, page)) / sizeof(Bucket) / shard_count) {
    std::array<std::uint8_t, sizeof salt_> random;
    fill_secure_random(random);
    std::memcpy(salt_, random.data(), sizeof salt_);
    for (Shard& shard : shards_)
        shard.buckets.resize(1);
}

std::uint64_t BoundedHashSet::mix(const Hash256& key) const {
    return crypto::siphash(salt_[0], salt_[1], key.bytes);
}

namespace {

/// The two buckets in which a hash may be. Two are filled evenly: few hashes are replaced before
/// all slots are used.
struct Choice {
    std::size_t first, second;

    Choice(std::uint64_t mixed, std::size_t buckets)
        : first((mixed >> 4) & (buckets - 1)), second((mixed >> 34) & (buckets - 1)) {}
};

std::size_t slots_used(const auto& bucket) {
    return static_cast<std::size_t>(std::ranges::find(bucket, Hash256{}) - bucket.begin());
}

bool has(const auto& bucket, const Hash256& key) {
    return std::ranges::find(bucket, key) != bucket.end();
}

}  // namespace

bool BoundedHashSet::contains(const Hash256& key) const {
    const auto mixed = mix(key);
    const Shard& shard = shards_[mixed % shard_count];
    const std::lock_guard lock(shard.mutex);
    const Choice choice(mixed, shard.buckets.size());
    return has(shard.buckets[choice.first], key) || has(shard.buckets[choice.second], key);
}

void BoundedHashSet::insert(const Hash256& key) {
    const auto mixed = mix(key);
    Shard& shard = shards_[mixed % shard_count];
    const std::lock_guard lock(shard.mutex);
    const Choice choice(mixed, shard.buckets.size());
    if (has(shard.buckets[choice.first], key) || has(shard.buckets[choice.second], key)) return;
    if (shard.used >= shard.buckets.size() * ways * 7 / 8 && shard.buckets.size() < max_buckets_)
        grow(shard);
    place(shard, mixed, key);
}

void BoundedHashSet::place(Shard& shard, std::uint64_t mixed, const Hash256& key) {
    const Choice choice(mixed, shard.buckets.size());
    Bucket* bucket = &shard.buckets[choice.first];
    if (Bucket* other = &shard.buckets[choice.second]; slots_used(*other) < slots_used(*bucket))
        bucket = other;
    std::size_t slot = slots_used(*bucket);
    // The counter spreads evictions over the slots; the upper bits of the salted hash make the
    // choice unpredictable.
    if (slot == ways)
        slot = ((mixed >> 61) + shard.victim++) % ways;
    else
        ++shard.used;
    (*bucket)[slot] = key;
}

void BoundedHashSet::grow(Shard& shard) const {
    const auto old = std::exchange(shard.buckets, std::vector<Bucket>(shard.buckets.size() * 2));
    shard.used = 0;
    for (const Bucket& bucket : old)
        for (const Hash256& key : bucket)
            if (key != Hash256{}) place(shard, mix(key), key);
}

bool BoundedSignatureCache::contains_tx(const Wtxid& wtxid, Flags flags) const {
    return transactions_.contains(transaction_key(wtxid, flags));
}

void BoundedSignatureCache::insert_tx(const Wtxid& wtxid, Flags flags) {
    transactions_.insert(transaction_key(wtxid, flags));
}

bool PendingSignatures::contains(const Hash256& key) const {
    return cache_ && cache_->contains(key);
}

void PendingSignatures::insert(const Hash256& key) {
    const std::lock_guard lock(mutex_);
    found_.push_back(key);
}

void PendingSignatures::keep() {
    const std::lock_guard lock(mutex_);
    for (const Hash256& key : found_)
        if (cache_) cache_->insert(key);
    found_.clear();
}

}  // namespace daler::script
