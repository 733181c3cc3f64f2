#include "block_store.h"

#include "xor_key.h"

#include <daler/primitives/chain_params.h>
#include <daler/util/ensure.h>

#include <fmt/format.h>

namespace daler::chain {
namespace {

constexpr std::size_t checksum_size = 32;

storage::FlatFiles::Options file_options(const std::filesystem::path& folder, std::string prefix,
                                         const std::array<std::uint8_t, 4>& magic,
                                         const storage::XorKey& key, bool small_files) {
    storage::FlatFiles::Options options;
    options.folder = folder;
    options.prefix = std::move(prefix);
    options.magic = magic;
    options.xor_key = key;
    options.remedy = reindex_remedy;
    if (small_files) {
        options.max_file_size = BlockStore::small_file_size;
        options.reserve_step = BlockStore::small_file_size;
    }
    return options;
}

crypto::Digest256 undo_checksum(const BlockHash& previous, ByteSpan undo) {
    crypto::Sha256 hash;
    hash.add(previous.bytes).add(undo);
    return hash.finish_double();
}

[[noreturn]] void damaged(const storage::FlatFiles& files, FilePosition position,
                          const BlockEntry& entry, std::string_view what) {
    throw StorageError(fmt::format("{}: the {} of block {} (height {}) at byte {} is damaged. {}",
                                   files.path(position.file).string(), what, entry.hash.to_hex(),
                                   entry.height, position.offset, reindex_remedy));
}

}  // namespace

BlockStore::BlockStore(storage::FileSystem& files, const std::filesystem::path& folder,
                       const ChainParams& params, bool random_key, bool small_files)
    : blocks_(files, (files.create_folders(folder),
                      file_options(folder, "blk", params.magic,
                                   load_xor_key(files, folder, params, random_key), small_files))),
      undo_(files, file_options(folder, "rev", params.magic, blocks_.xor_key(), small_files)) {}

FilePosition BlockStore::append_undo(std::uint32_t file, const coins::BlockUndo& undo,
                                     const BlockHash& previous) {
    const Bytes bytes = encode(undo);
    return undo_.append_to(file, bytes, undo_checksum(previous, bytes));
}

Bytes BlockStore::read_block_bytes(const BlockEntry& entry) const {
    if (!entry.has(has_data)) return {};
    try {
        const auto position = entry.data.load();
        Bytes bytes = blocks_.read(position, entry.block_size);
        if (crypto::crc32c(bytes) != entry.block_checksum)
            damaged(blocks_, position, entry, "data");
        return bytes;
    } catch (const StorageError&) {
        // The ledger thread pruned it meanwhile.
        if (!entry.has(has_data)) return {};
        throw;
    }
}

BlockRef BlockStore::read_block(const BlockEntry& entry) const {
    const Bytes bytes = read_block_bytes(entry);
    if (bytes.empty()) return nullptr;
    auto block = decode_block(bytes);
    if (!block || block->header != entry.header) damaged(blocks_, entry.data.load(), entry, "data");
    return std::make_shared<const Block>(std::move(*block));
}

std::shared_ptr<const StoredBlock> BlockStore::stored_block(const BlockEntry& entry) const {
    if (!entry.has(has_data)) return nullptr;
    if (auto known = recent_.find(entry.hash)) return known;
    Bytes bytes = read_block_bytes(entry);
    if (bytes.empty()) return nullptr;
    auto block = StoredBlock::make(std::move(bytes));
    if (!block || block->header() != entry.header)
        damaged(blocks_, entry.data.load(), entry, "data");
    recent_.add(entry.hash, block);
    return block;
}

std::optional<coins::BlockUndo> BlockStore::read_undo(const BlockEntry& entry) const {
    if (!entry.has(has_undo)) return std::nullopt;
    try {
        return read_stored_undo(entry);
    } catch (const StorageError&) {
        if (!entry.has(has_undo)) return std::nullopt;
        throw;
    }
}

coins::BlockUndo BlockStore::read_stored_undo(const BlockEntry& entry) const {
    ensure(entry.previous != nullptr);
    const auto position = entry.undo.load();
    const std::uint32_t size = undo_.record_size(position);
    const Bytes bytes = undo_.read(position, size + checksum_size);
    const auto undo = ByteSpan(bytes).first(size);
    if (!std::ranges::equal(ByteSpan(bytes).subspan(size),
                            undo_checksum(entry.previous->hash, undo))) {
        damaged(undo_, position, entry, "undo data");
    }
    auto decoded = coins::decode_undo(undo);
    if (!decoded) damaged(undo_, position, entry, "undo data");
    return std::move(*decoded);
}

void BlockStore::sync() {
    blocks_.sync();
    undo_.sync();
}

void BlockStore::cut_after(FilePosition end) {
    blocks_.cut_after(end);
    undo_.cut_after({end.file, FilePosition::none});
}

std::uint64_t BlockStore::size_on_disk() const {
    return blocks_.total_size() + undo_.total_size();
}

std::uint64_t BlockStore::undo_end(FilePosition position) const {
    return std::uint64_t{position.offset} + undo_.record_size(position) + checksum_size;
}

}  // namespace daler::chain
