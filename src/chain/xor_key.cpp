#include "xor_key.h"

#include <daler/primitives/chain_params.h>
#include <daler/util/log.h>
#include <daler/util/random.h>

#include <fmt/format.h>

namespace daler::chain {
namespace {

using storage::XorKey;

/// Magic, size and header of the genesis block: what every first block file begins with.
Bytes known_start(const ChainParams& params) {
    ByteWriter start(storage::FlatFiles::frame_size + BlockHeader::size);
    start.bytes(params.magic);
    start.u32(static_cast<std::uint32_t>(serialized_size(*params.genesis, WitnessMode::include)));
    write(start, params.genesis->header);
    return start.take();
}

/// As many bytes of the first block file, as they are on disk; fewer if there are not so many.
Bytes stored_start(storage::FileSystem& files, const std::filesystem::path& folder,
                   std::size_t size) {
    const auto path = folder / "blk00000.dat";
    Bytes bytes(files.exists(path) ? size : 0);
    if (!bytes.empty()) bytes.resize(files.open(path, storage::OpenMode::read)->read(bytes, 0));
    return bytes;
}

/// The key that makes `stored` of `known`, if there is one.
std::optional<XorKey> derive(const Bytes& known, const Bytes& stored) {
    if (stored.size() != known.size()) return std::nullopt;
    XorKey key{};
    for (std::size_t i = 0; i < key.size(); ++i)
        key[i] = known[i] ^ stored[i];
    auto plain = stored;
    storage::apply_xor(key, plain, 0);
    return plain == known ? std::optional(key) : std::nullopt;
}

XorKey make_key(storage::FileSystem& files, const std::filesystem::path& path, bool random) {
    XorKey key{};
    if (random) {
        fill_secure_random(key);
        storage::write_atomically(files, path, key);
    } else {
        // A key of zeros needs no file: the loss of it is no loss of data.
        files.open(path, storage::OpenMode::create)->write(key, 0);
    }
    return key;
}

}  // namespace

XorKey load_xor_key(storage::FileSystem& files, const std::filesystem::path& folder,
                    const ChainParams& params, bool random) {
    const auto path = folder / "xor.dat";
    const auto bytes = storage::read_file(files, path).value_or(Bytes());
    XorKey key{};
    const bool is_whole = bytes.size() == key.size();
    if (is_whole) std::ranges::copy(bytes, key.begin());

    const Bytes known = known_start(params);
    const Bytes stored = stored_start(files, folder, known.size());
    if (const auto right = derive(known, stored); right && (!is_whole || *right != key)) {
        if (!bytes.empty()) {
            log::warning("{}: the key does not fit the block files: putting it right",
                         path.string());
        }
        storage::write_atomically(files, path, *right);
        return *right;
    }
    if (is_whole) return key;
    if (bytes.empty()) return make_key(files, path, random && stored.empty());
    // A file of zeros whose writing was interrupted.
    if (std::ranges::all_of(bytes, [](auto byte) { return byte == 0; }))
        return make_key(files, path, false);
    throw StorageError(fmt::format(
        "{}: must have {} bytes, and without the right key the block files cannot be read. "
        "Put it back, or remove the folder {} to download all blocks again.",
        path.string(), key.size(), folder.string()));
}

}  // namespace daler::chain
