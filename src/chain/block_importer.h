#pragma once

#include "record_scanner.h"

#include <daler/chain/import.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <condition_variable>
#include <limits>
#include <map>
#include <mutex>

namespace daler {
struct ChainParams;
}

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
        /// Returns when the header of the block is in the index, or refused. The verdict may come
        /// later and on any thread, but must come.
        std::function<void(const Found&, Chainstate::SubmitHandler)> submit;
        /// Of a block whose header is in the index; nothing for others.
        std::function<std::optional<Height>(const BlockHash&)> height;
        std::function<bool(const BlockHash&)> is_stored;  ///< it need not even be read
        /// The file that waiting blocks are read from again.
        std::function<RecordScanner(std::uint32_t file)> open;
        std::function<std::string(std::uint32_t file)> name;  ///< for the log
        std::function<bool()> stop;
        /// How many verdicts may be missing when the next block is submitted.
        std::size_t most_missing = std::numeric_limits<std::size_t>::max();
    };

    BlockImporter(const ChainParams& params, Hooks hooks)
        : params_(params), hooks_(std::move(hooks)) {}

    /// Goes through the file from its start to its end.
    void scan(std::uint32_t file);
    /// Waits for all verdicts.
    [[nodiscard]] ImportResult result();

private:
    struct Place {
        std::uint32_t file;
        RecordScanner::Record record;
    };

    void take(const RecordScanner& scanner, const Place& place);
    void submit(const Place& place, BlockRef block, const BlockHash& hash, ByteSpan bytes);
    void submit_waiting(const BlockHash& parent);
    /// Deals with the verdicts that have come; waits until no more than `missing` have not.
    void take_verdicts(std::size_t missing);
    void conclude(const Place& place, const BlockHeader& header, const Submitted& submitted);
    void refuse(const Place& place, const BlockHeader& header, std::string_view reason);
    void refuse_bytes(const RecordScanner& scanner, const Place& place, std::string_view reason);

    /// Verdicts on their way from the thread that gives them to ours.
    struct Verdicts {
        struct Given {
            Place place;
            BlockHeader header;
            std::optional<Submitted> submitted;  ///< nothing: it will never be known
        };
        std::mutex mutex;
        std::condition_variable arrived;
        std::vector<Given> given;
    };

    const ChainParams& params_;
    const Hooks hooks_;
    const std::shared_ptr<Verdicts> verdicts_ = std::make_shared<Verdicts>();
    std::size_t missing_verdicts_ = 0;
    ImportResult result_;
    bool resynchronising_ = false;             ///< behind damage that was reported already
    std::multimap<BlockHash, Place> waiting_;  ///< by parent
};

}  // namespace daler::chain
