#pragma once

#include "record_scanner.h"

#include <daler/chain/import.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <map>

namespace daler::chain {

/// Finds blocks in files of records and hands them on, parents first. A block whose parent is not
/// known waits; only its place is remembered.
class BlockImporter {
public:
    struct Found {
        BlockRef block;
        BlockHash hash;
        std::uint32_t file;
        std::uint64_t offset;  ///< of the block itself
        ByteSpan bytes;
    };
    /// What the importer asks of its owner.
    struct Hooks {
        std::function<Submitted(const Found&)> submit;
        /// Of a block whose header is in the index; nothing for others.
        std::function<std::optional<Height>(const BlockHash&)> height;
        std::function<bool(const BlockHash&)> is_stored;  ///< it need not even be read
        /// The file that waiting blocks are read from again.
        std::function<RecordScanner(std::uint32_t file)> open;
        std::function<std::string(std::uint32_t file)> name;  ///< for the log
        std::function<bool()> stop;
    };

    BlockImporter(const ChainParams& params, Hooks hooks)
        : params_(params), hooks_(std::move(hooks)) {}

    /// Goes through the file from its start to its end.
    void scan(std::uint32_t file);
    [[nodiscard]] ImportResult result() const;

private:
    struct Place {
        std::uint32_t file;
        RecordScanner::Record record;
    };

    void take(const RecordScanner& scanner, const Place& place);
    void submit(const Place& place, BlockRef block, const BlockHash& hash, ByteSpan bytes);
    void submit_waiting(const BlockHash& parent);
    void refuse(const Place& place, const BlockHeader& header, std::string_view reason);
    void refuse_bytes(const RecordScanner& scanner, const Place& place, std::string_view reason);

    const ChainParams& params_;
    const Hooks hooks_;
    ImportResult result_;
    bool resynchronising_ = false;             ///< behind damage that was reported already
    std::multimap<BlockHash, Place> waiting_;  ///< by parent
};

}  // namespace daler::chain
