// The encoding of mempool.dat.
#include <daler/mempool/saved_mempool.h>

namespace daler::mempool {
namespace {

constexpr std::uint64_t version_without_key = 1;
constexpr std::uint64_t version_with_key = 2;

// The size of the smallest record: an empty transaction, time, delta.
constexpr std::size_t min_record_size = 10 + 8 + 8;

// The key repeats from the first byte of the file, although the bytes before the contents are
// plain.
void apply_key(std::span<std::uint8_t> bytes, std::size_t offset, ByteSpan key) {
    if (key.empty()) return;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] ^= key[(offset + i) % key.size()];
}

SavedMempool read_contents(ByteReader& reader) {
    SavedMempool out;
    const std::uint64_t count = reader.u64();
    if (count > reader.remaining().size() / min_record_size) reader.fail(DecodeError::truncated);
    for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
        auto tx = read_sealed_transaction(reader);
        const BlockTime time = from_unix(reader.i64());
        const Amount delta{reader.i64()};
        if (reader.ok()) out.transactions.push_back({std::move(tx), time, delta});
    }
    const std::size_t deltas = reader.count(32 + 8);
    for (std::size_t i = 0; i < deltas && reader.ok(); ++i) {
        const Txid txid{reader.array<32>()};
        out.fee_deltas[txid] = Amount{reader.i64()};
    }
    const std::size_t unbroadcast = reader.count(32);
    for (std::size_t i = 0; i < unbroadcast && reader.ok(); ++i)
        out.unbroadcast.insert(Txid{reader.array<32>()});
    return out;
}

void write_contents(ByteWriter& writer, const SavedMempool& saved) {
    writer.u64(saved.transactions.size());
    for (const auto& [tx, time, delta, entry] : saved.transactions) {
        write(writer, *tx);
        writer.i64(unix_seconds(time));
        writer.i64(delta.satoshis());
    }
    writer.compact_size(saved.fee_deltas.size());
    for (const auto& [txid, delta] : saved.fee_deltas) {
        writer.bytes(txid.bytes);
        writer.i64(delta.satoshis());
    }
    writer.compact_size(saved.unbroadcast.size());
    for (const auto& txid : saved.unbroadcast)
        writer.bytes(txid.bytes);
}

}  // namespace

Bytes encode_saved_version_1(const SavedMempool& saved) {
    ByteWriter writer;
    writer.u64(version_without_key);
    write_contents(writer, saved);
    return writer.take();
}

Bytes encode_saved(const SavedMempool& saved, const std::array<std::uint8_t, 8>& key) {
    ByteWriter writer;
    writer.u64(version_with_key);
    writer.sized_bytes(key);
    const std::size_t plain = writer.size();
    write_contents(writer, saved);
    Bytes out = writer.take();
    apply_key(std::span(out).subspan(plain), plain, key);
    return out;
}

Result<SavedMempool, DecodeError> decode_saved(ByteSpan bytes) {
    ByteReader head(bytes);
    const std::uint64_t version = head.u64();
    ByteSpan key;
    if (version == version_with_key) key = head.sized_bytes();
    if (!head.ok()) return fail(head.error());
    if (version != version_with_key && version != version_without_key)
        return fail(DecodeError::invalid);

    const ByteSpan rest = head.remaining();
    Bytes contents(rest.begin(), rest.end());
    apply_key(contents, bytes.size() - rest.size(), key);
    ByteReader reader(contents);
    auto out = read_contents(reader);
    if (const auto error = reader.finish(); error != DecodeError::none) return fail(error);
    return out;
}

}  // namespace daler::mempool
