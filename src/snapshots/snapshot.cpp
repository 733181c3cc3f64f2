// The bytes of a snapshot.
#include <daler/snapshots/snapshot.h>

#include <daler/crypto/hash.h>

namespace daler::snapshots {
namespace {

constexpr std::string_view magic = "daler snapshot 1\n";
constexpr std::size_t checksum_size = 4;
constexpr Height no_height = -1;

void write_sized(ByteWriter& writer, ByteSpan bytes) {
    writer.u64(bytes.size());
    writer.bytes(bytes);
}

/// Files of wallets may be larger than what a compact size may announce.
ByteSpan read_sized(ByteReader& reader) {
    return reader.bytes(static_cast<std::size_t>(reader.u64()));
}

std::string read_text(ByteReader& reader) {
    return std::string(as_text(read_sized(reader)));
}

template <class Hash>
Hash read_hash(ByteReader& reader) {
    return Hash{reader.array<32>()};
}

void write_summary(ByteWriter& writer, const Summary& summary) {
    writer.text(magic);
    writer.u64(summary.number);
    writer.i64(unix_seconds(summary.created));
    writer.i32(summary.height);
    writer.bytes(summary.tip.bytes);
}

Summary read_summary(ByteReader& reader) {
    Summary out;
    if (as_text(reader.bytes(magic.size())) != magic) reader.fail(DecodeError::invalid);
    out.number = reader.u64();
    out.created = from_unix(reader.i64());
    out.height = reader.i32();
    out.tip = read_hash<BlockHash>(reader);
    return out;
}

void write_settings(ByteWriter& writer, const Snapshot& snapshot) {
    writer.i64(snapshot.clock.mock);
    writer.i64(snapshot.clock.offset);
    writer.i64(snapshot.clock.stopped);
    write_sized(writer, as_bytes(snapshot.auto_mining.when.to_text()));
    write_sized(writer, as_bytes(snapshot.auto_mining.address));
    writer.i32(snapshot.auto_mining.threads);
}

void read_settings(ByteReader& reader, Snapshot& out) {
    out.clock.mock = reader.i64();
    out.clock.offset = reader.i64();
    out.clock.stopped = reader.i64();
    const auto when = mining::AutoMineEvents::parse(read_text(reader));
    if (when)
        out.auto_mining.when = *when;
    else
        reader.fail(DecodeError::invalid);
    out.auto_mining.address = read_text(reader);
    out.auto_mining.threads = reader.i32();
}

void write_mempool(ByteWriter& writer, const mempool::SavedMempool& mempool) {
    write_sized(writer, mempool::encode_saved(mempool));
    for (const auto& [tx, time, delta, entry] : mempool.transactions) {
        writer.i32(entry ? entry->height : no_height);
        writer.i64(entry ? unix_seconds(entry->time) : 0);
    }
}

mempool::SavedMempool read_mempool(ByteReader& reader) {
    auto mempool = mempool::decode_saved(read_sized(reader));
    if (!mempool) {
        reader.fail(mempool.error());
        return {};
    }
    for (auto& record : mempool->transactions) {
        const Height height = reader.i32();
        const BlockTime time = from_unix(reader.i64());
        if (height != no_height) record.entry = {height, time};
    }
    return std::move(*mempool);
}

void write_fee_estimates(ByteWriter& writer, const mempool::FeeEstimates& estimates) {
    writer.compact_size(estimates.rates().size());
    for (const auto& [target, rate] : estimates.rates()) {
        writer.i32(target);
        writer.i64(rate.per_kvb.satoshis());
    }
}

mempool::FeeEstimates read_fee_estimates(ByteReader& reader) {
    mempool::FeeEstimates out;
    const auto count = reader.count(4 + 8);
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        const int target = reader.i32();
        out.set(target, FeeRate{Amount{reader.i64()}});
    }
    return out;
}

/// What the fee estimator has learned, and which transactions of the mempool it counts.
void write_fee_statistics(ByteWriter& writer, const mempool::SavedMempool& mempool) {
    write_sized(writer, mempool.fee_statistics);
    for (const auto& record : mempool.transactions)
        writer.u8(record.entry && record.entry->is_counted ? 1 : 0);
}

void read_fee_statistics(ByteReader& reader, mempool::SavedMempool& mempool) {
    const auto statistics = read_sized(reader);
    if (!statistics.empty()) {
        const auto estimator = fees::Estimator::decode_compact(statistics);
        if (!estimator) reader.fail(estimator.error());
    }
    mempool.fee_statistics.assign(statistics.begin(), statistics.end());
    for (auto& record : mempool.transactions) {
        const bool is_counted = reader.u8() != 0;
        if (record.entry) record.entry->is_counted = is_counted;
    }
}

void write_wallet(ByteWriter& writer, const wallet::SavedWallet& wallet) {
    write_sized(writer, as_bytes(wallet.name));
    writer.u8(wallet.was_open ? 1 : 0);
    write_sized(writer, wallet.file);
    writer.compact_size(wallet.locked_coins.size());
    for (const auto& coin : wallet.locked_coins) {
        writer.bytes(coin.txid.bytes);
        writer.u32(coin.index);
    }
    writer.compact_size(wallet.displaced.size());
    for (const auto& txid : wallet.displaced)
        writer.bytes(txid.bytes);
}

wallet::SavedWallet read_wallet(ByteReader& reader) {
    wallet::SavedWallet out;
    out.name = read_text(reader);
    out.was_open = reader.u8() != 0;
    const auto file = read_sized(reader);
    out.file.assign(file.begin(), file.end());
    const auto coins = reader.count(32 + 4);
    for (std::size_t i = 0; i < coins && reader.ok(); ++i) {
        const auto txid = read_hash<Txid>(reader);
        out.locked_coins.insert({txid, reader.u32()});
    }
    const auto displaced = reader.count(32);
    for (std::size_t i = 0; i < displaced && reader.ok(); ++i)
        out.displaced.insert(read_hash<Txid>(reader));
    return out;
}

void write_wallets(ByteWriter& writer, const wallet::Savepoint& wallets) {
    writer.compact_size(wallets.wallets.size());
    for (const auto& wallet : wallets.wallets)
        write_wallet(writer, wallet);
    writer.compact_size(wallets.load_on_startup.size());
    for (const auto& name : wallets.load_on_startup)
        write_sized(writer, as_bytes(name));
}

wallet::Savepoint read_wallets(ByteReader& reader) {
    constexpr std::size_t smallest_wallet = 8 + 1 + 8 + 1 + 1, smallest_text = 8;
    wallet::Savepoint out;
    const auto wallets = reader.count(smallest_wallet);
    for (std::size_t i = 0; i < wallets && reader.ok(); ++i)
        out.wallets.push_back(read_wallet(reader));
    const auto names = reader.count(smallest_text);
    for (std::size_t i = 0; i < names && reader.ok(); ++i)
        out.load_on_startup.push_back(read_text(reader));
    return out;
}

chain::Savepoint read_chain(ByteReader& reader) {
    auto chain = chain::decode_savepoint(read_sized(reader));
    if (chain) return std::move(*chain);
    reader.fail(chain.error());
    return {};
}

}  // namespace

Bytes encode(const Snapshot& snapshot) {
    ByteWriter writer;
    write_summary(writer, snapshot.summary);
    write_settings(writer, snapshot);
    write_sized(writer, chain::encode(snapshot.chain));
    write_mempool(writer, snapshot.mempool);
    write_fee_estimates(writer, snapshot.fee_estimates);
    writer.u8(snapshot.wallets ? 1 : 0);
    if (snapshot.wallets) write_wallets(writer, *snapshot.wallets);
    write_fee_statistics(writer, snapshot.mempool);
    writer.u32(crypto::crc32c(writer.view()));
    return writer.take();
}

Result<Summary, DecodeError> decode_summary(ByteSpan bytes) {
    ByteReader reader(bytes);
    auto out = read_summary(reader);
    if (!reader.ok()) return fail(reader.error());
    return out;
}

Result<Snapshot, DecodeError> decode_snapshot(ByteSpan bytes) {
    if (bytes.size() < checksum_size) return fail(DecodeError::truncated);
    const auto content = bytes.first(bytes.size() - checksum_size);
    ByteReader checksum(bytes.subspan(content.size()));
    if (checksum.u32() != crypto::crc32c(content)) return fail(DecodeError::invalid);

    ByteReader reader(content);
    Snapshot out;
    out.summary = read_summary(reader);
    read_settings(reader, out);
    out.chain = read_chain(reader);
    out.mempool = read_mempool(reader);
    out.fee_estimates = read_fee_estimates(reader);
    if (reader.u8() != 0) out.wallets = read_wallets(reader);
    // Snapshots of earlier versions end here.
    if (!reader.remaining().empty()) read_fee_statistics(reader, out.mempool);
    if (const auto error = reader.finish(); error != DecodeError::none) return fail(error);
    return out;
}

}  // namespace daler::snapshots
