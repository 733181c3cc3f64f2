#include <daler/coins/coin_database.h>

#include "coin_codec.h"

#include <fmt/format.h>

#include <unistd.h>
#include <map>

namespace daler::coins {
namespace {

constexpr std::uint8_t best_block_key = 'B';
constexpr std::uint8_t head_blocks_key = 'H';

// About 15,000 coins, which take LevelDB some 25 ms.
constexpr std::size_t usual_slice_size = 1u << 20;
// With -dbcrashratio small caches need several slices, so that a crash can come between them.
constexpr std::size_t crash_slice_size = 8u << 10;

}  // namespace

CoinDatabase::CoinDatabase(storage::Database::Options options, unsigned crash_ratio)
    : database_(options),
      remedy_(options.remedy),
      crash_ratio_(crash_ratio),
      slice_size_(crash_ratio == 0 ? usual_slice_size : crash_slice_size) {}

std::optional<ByteSpan> CoinDatabase::value(const CoinKey& key) const {
    if (!read(key, value_)) return std::nullopt;
    return as_bytes(value_);
}

consensus::Coin CoinDatabase::decode(const OutPoint& outpoint, ByteSpan value) const {
    auto coin = decode_coin(value);
    if (!coin) {
        throw StorageError(fmt::format("A damaged coin in the database: {}:{}. {}",
                                       outpoint.txid.to_hex(), outpoint.index, remedy_));
    }
    return std::move(*coin);
}

BlockHash CoinDatabase::best_block() const {
    BlockHash hash;
    if (const auto bytes = database_.get(ByteSpan{&best_block_key, 1})) {
        ByteReader reader(*bytes);
        hash.bytes = reader.array<32>();
    }
    return hash;
}

std::optional<CoinDatabase::Heads> CoinDatabase::head_blocks() const {
    const auto bytes = database_.get(ByteSpan{&head_blocks_key, 1});
    if (!bytes) return std::nullopt;
    ByteReader reader(*bytes);
    Heads heads;
    const auto count = reader.compact_size();
    heads.to.bytes = reader.array<32>();
    heads.from.bytes = reader.array<32>();
    if (count != 2 || reader.finish() != DecodeError::none)
        throw StorageError("The coin database has a damaged flush marker. " + remedy_);
    return heads;
}

void CoinDatabase::Slice::write(const CoinRecord& coin) {
    if (coin.has(CoinRecord::spent))
        batch_.erase(coin.key());
    else
        batch_.put(coin.key(), coin.value());
}

void CoinDatabase::Slice::mark(const Heads& heads) {
    ByteWriter value;
    value.compact_size(2);
    value.bytes(heads.to.bytes);
    value.bytes(heads.from.bytes);
    batch_.erase(ByteSpan{&best_block_key, 1});
    batch_.put(ByteSpan{&head_blocks_key, 1}, value.view());
}

void CoinDatabase::Slice::finish(const BlockHash& best_block) {
    batch_.erase(ByteSpan{&head_blocks_key, 1});
    batch_.put(ByteSpan{&best_block_key, 1}, best_block.bytes);
}

void CoinDatabase::write(const Slice& slice) {
    // Synced each time: LevelDB may lose an older log and keep a newer one otherwise.
    database_.write(slice.batch_, true);
    crash_perhaps();
}

void CoinDatabase::crash_perhaps() {
    if (crash_ratio_ != 0 && random_.below(crash_ratio_) == 0) ::_exit(crash_exit_code);
}

void CoinDatabase::for_each(
    const std::function<bool(const OutPoint&, const consensus::Coin&)>& visit,
    const storage::Database::Snapshot* snapshot) const {
    // The keys of one transaction are not in the order of their indexes: 16,512 comes before 256.
    std::map<std::uint32_t, consensus::Coin> group;
    Txid txid;
    const auto visit_group = [&] {
        for (const auto& [index, coin] : group)
            if (!visit({txid, index}, coin)) return false;
        group.clear();
        return true;
    };
    constexpr std::uint8_t first = CoinKey::prefix;
    auto at = database_.iterate(snapshot);
    for (at.seek(ByteSpan{&first, 1}); at.valid() && at.key()[0] == first; at.next()) {
        ByteReader key(at.key().subspan(1));
        const Txid id{key.array<32>()};
        const auto index = read_varint(key);
        auto coin = decode_coin(at.value());
        if (key.finish() != DecodeError::none || index > OutPoint::null_index || !coin)
            throw StorageError("A damaged coin in the database. " + remedy_);
        if (id != txid && !visit_group()) return;
        txid = id;
        group.emplace(static_cast<std::uint32_t>(index), std::move(*coin));
    }
    (void)visit_group();
}

std::uint64_t CoinDatabase::disk_size() const {
    constexpr std::uint8_t first = CoinKey::prefix;
    constexpr std::uint8_t behind = first + 1;
    return database_.estimate_size(ByteSpan{&first, 1}, ByteSpan{&behind, 1});
}

}  // namespace daler::coins
