#include <daler/chain/savepoint.h>

#include "chainstate_impl.h"

#include <boost/unordered/unordered_flat_set.hpp>

namespace daler::chain {
namespace {

constexpr std::uint8_t savepoint_version = 1;

void write_hashes(ByteWriter& writer, const std::vector<BlockHash>& hashes) {
    writer.compact_size(hashes.size());
    for (const auto& hash : hashes)
        writer.bytes(hash.bytes);
}

std::vector<BlockHash> read_hashes(ByteReader& reader) {
    std::vector<BlockHash> hashes(reader.count(32));
    for (auto& hash : hashes)
        hash.bytes = reader.array<32>();
    return hashes;
}

/// Those without a stored block that no other entry builds on.
std::vector<BlockHash> leaves_of(std::span<const BlockEntry* const> entries) {
    boost::unordered_flat_set<const BlockEntry*> parents;
    for (const auto* entry : entries)
        parents.insert(entry->previous);
    std::vector<BlockHash> leaves;
    for (const auto* entry : entries)
        if (!entry->has(has_data) && !parents.contains(entry)) leaves.push_back(entry->hash);
    return leaves;
}

/// Blocks that share their work with another one, the preferred one first.
std::vector<BlockHash> preference_of(std::vector<const BlockEntry*> entries) {
    std::erase_if(entries, [](const auto* entry) { return entry->chain_tx_count == 0; });
    std::ranges::sort(entries, [](const auto* a, const auto* b) {
        if (a->chainwork != b->chainwork) return a->chainwork < b->chainwork;
        return a->data_sequence < b->data_sequence;
    });
    std::vector<BlockHash> preference;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto& work = entries[i]->chainwork;
        const bool is_shared = (i > 0 && entries[i - 1]->chainwork == work) ||
                               (i + 1 < entries.size() && entries[i + 1]->chainwork == work);
        if (is_shared) preference.push_back(entries[i]->hash);
    }
    return preference;
}

}  // namespace

Bytes encode(const Savepoint& savepoint) {
    ByteWriter writer;
    writer.u8(savepoint_version);
    writer.bytes(savepoint.tip.bytes);
    writer.u32(savepoint.files_end.file);
    writer.u32(savepoint.files_end.offset);
    for (const auto* hashes :
         {&savepoint.leaves, &savepoint.failed, &savepoint.connected, &savepoint.preference}) {
        write_hashes(writer, *hashes);
    }
    return writer.take();
}

Result<Savepoint, DecodeError> decode_savepoint(ByteSpan bytes) {
    ByteReader reader(bytes);
    if (reader.u8() != savepoint_version) reader.fail(DecodeError::invalid);
    Savepoint savepoint;
    savepoint.tip.bytes = reader.array<32>();
    savepoint.files_end.file = reader.u32();
    savepoint.files_end.offset = reader.u32();
    for (auto* hashes :
         {&savepoint.leaves, &savepoint.failed, &savepoint.connected, &savepoint.preference}) {
        *hashes = read_hashes(reader);
    }
    if (const auto error = reader.finish(); error != DecodeError::none) return fail(error);
    return savepoint;
}

Savepoint Chainstate::savepoint() {
    auto& chain = *impl_;
    chain.finish();
    chain.write_index();
    Savepoint savepoint;
    savepoint.tip = chain.tip->hash;
    savepoint.files_end = chain.store->blocks_end();
    const auto entries = chain.index.all();
    for (const auto* entry : entries) {
        if (entry->has(failed)) savepoint.failed.push_back(entry->hash);
        if (entry->has(has_undo) && !entry->is_ancestor_of(*chain.tip))
            savepoint.connected.push_back(entry->hash);
    }
    savepoint.leaves = leaves_of(entries);
    savepoint.preference = preference_of(entries);
    return savepoint;
}

}  // namespace daler::chain
