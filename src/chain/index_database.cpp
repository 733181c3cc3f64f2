#include "index_database.h"

#include <fmt/format.h>

namespace daler::chain {
namespace {

constexpr std::uint8_t entry_prefix = 'b';
constexpr std::uint8_t format_key = 'V';
constexpr std::uint8_t segwit_key = 'S';
constexpr std::uint8_t cut_key = 'C';
constexpr std::uint8_t format_version = 1;
constexpr std::size_t max_batch_size = 4u << 20;

Bytes entry_key(const BlockHash& hash) {
    ByteWriter key(33);
    key.u8(entry_prefix);
    key.bytes(hash.bytes);
    return key.take();
}

void write_position(ByteWriter& writer, FilePosition position) {
    writer.u32(position.file);
    writer.u32(position.offset);
}

FilePosition read_position(ByteReader& reader) {
    FilePosition position;
    position.file = reader.u32();
    position.offset = reader.u32();
    return position;
}

/// The height comes first, so that records can be sorted without their parents.
Bytes encode(const BlockEntry& entry, bool header_only) {
    ByteWriter writer(128);
    writer.i32(entry.height);
    write(writer, entry.header);
    writer.u32(header_only ? 0 : entry.status.load());
    writer.u32(header_only ? 0 : entry.tx_count.load());
    writer.u32(header_only ? 0 : entry.block_size.load());
    writer.u32(header_only ? 0 : entry.block_checksum.load());
    write_position(writer, header_only ? FilePosition{} : entry.data.load());
    write_position(writer, header_only ? FilePosition{} : entry.undo.load());
    return writer.take();
}

std::optional<IndexDatabase::Record> decode(ByteSpan key, ByteSpan value) {
    IndexDatabase::Record record;
    ByteReader name(key.subspan(1));
    record.hash.bytes = name.array<32>();
    ByteReader reader(value);
    record.height = reader.i32();
    record.header = read_header(reader);
    record.status = reader.u32();
    record.tx_count = reader.u32();
    record.block_size = reader.u32();
    record.block_checksum = reader.u32();
    record.data = read_position(reader);
    record.undo = read_position(reader);
    const bool whole = name.finish() == DecodeError::none && reader.finish() == DecodeError::none;
    const bool consistent = record.height >= 0 &&
                            ((record.status & has_data) == 0 || !record.data.is_null()) &&
                            ((record.status & has_undo) == 0 || !record.undo.is_null());
    if (!whole || !consistent || record.header.hash() != record.hash) return std::nullopt;
    return record;
}

}  // namespace

IndexDatabase::IndexDatabase(storage::Database::Options options)
    : database_(options), remedy_(options.remedy) {
    const auto version = database_.get(ByteSpan{&format_key, 1});
    if (version && *version != Bytes{format_version}) {
        throw StorageError(fmt::format("The block index in {} was written by another version. {}",
                                       options.folder.string(), remedy_));
    }
}

bool IndexDatabase::is_new() const {
    return !database_.get(ByteSpan{&format_key, 1});
}

void IndexDatabase::set_made() {
    database_.put(ByteSpan{&format_key, 1}, ByteSpan{&format_version, 1});
}

std::vector<IndexDatabase::Record> IndexDatabase::load() const {
    std::vector<Record> records;
    auto at = database_.iterate();
    for (at.seek(ByteSpan{&entry_prefix, 1}); at.valid() && at.key()[0] == entry_prefix;
         at.next()) {
        auto record = decode(at.key(), at.value());
        if (!record) throw StorageError("The block index has a damaged record. " + remedy_);
        records.push_back(*record);
    }
    std::ranges::sort(records, {}, &Record::height);
    return records;
}

void IndexDatabase::write(std::span<const BlockEntry* const> entries) {
    storage::Database::Batch batch;
    for (const auto* entry : entries) {
        batch.put(entry_key(entry->hash), encode(*entry, false));
        if (batch.size() < max_batch_size) continue;
        database_.write(batch, true);
        batch.clear();
    }
    database_.write(batch, true);
}

void IndexDatabase::write_return(std::span<const BlockEntry* const> changed,
                                 std::span<BlockEntry* const> forgotten, FilePosition files_end) {
    storage::Database::Batch batch;
    for (const auto* entry : changed)
        batch.put(entry_key(entry->hash), encode(*entry, false));
    for (const auto* entry : forgotten)
        batch.erase(entry_key(entry->hash));
    ByteWriter mark(8);
    write_position(mark, files_end);
    batch.put(ByteSpan{&cut_key, 1}, mark.view());
    database_.write(batch, true);
}

std::optional<FilePosition> IndexDatabase::cut() const {
    const auto bytes = database_.get(ByteSpan{&cut_key, 1});
    if (!bytes) return std::nullopt;
    ByteReader reader(*bytes);
    const auto end = read_position(reader);
    if (reader.finish() == DecodeError::none) return end;
    throw StorageError("The block index has a damaged record. " + remedy_);
}

void IndexDatabase::set_cut_done() {
    database_.erase(ByteSpan{&cut_key, 1});
}

std::optional<Height> IndexDatabase::segwit_height() const {
    const auto bytes = database_.get(ByteSpan{&segwit_key, 1});
    if (!bytes) return std::nullopt;
    ByteReader reader(*bytes);
    const auto height = reader.i32();
    return reader.finish() == DecodeError::none ? std::optional(height) : std::nullopt;
}

void IndexDatabase::set_segwit_height(Height height) {
    if (segwit_height() == height) return;
    ByteWriter writer;
    writer.i32(height);
    database_.put(ByteSpan{&segwit_key, 1}, writer.view());
}

void IndexDatabase::remove(std::span<const BlockHash> hashes) {
    storage::Database::Batch batch;
    for (const auto& hash : hashes) {
        batch.erase(entry_key(hash));
        if (batch.size() < max_batch_size) continue;
        database_.write(batch, false);
        batch.clear();
    }
    database_.write(batch, false);
}

void IndexDatabase::write_headers(std::span<const BlockEntry* const> entries) {
    storage::Database::Batch batch;
    for (const auto* entry : entries)
        batch.put(entry_key(entry->hash), encode(*entry, true));
    database_.write(batch, false);
}

}  // namespace daler::chain
