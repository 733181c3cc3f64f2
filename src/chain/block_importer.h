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

/// Finds blocks in files of records and passes them on, parents first. A block whose parent is not
/// known waits: its place is remembered, its bytes are not.
class BlockImporter {
public:
    struct Found {
        BlockRef block;
        BlockHash hash;
        std::uint32_t file;
        std::uint64_t offset;  ///< of the block itself
        ByteSpan bytes;
    };
    /// The importer calls these functions of its owner.
    struct Hooks {
        /// Returns when the header of the block is in the index, or refused. The verdict may come
        /// later and on any thread, but must come.
        std::function<void(const Found&, Chainstate::SubmitHandler)> submit;
        /// Of a block whose header is in the index; nothing for others.
        std::function<std::optional<Height>(const BlockHash&)> height;
        std::function<bool(const BlockHash&)> is_stored;  ///< then it is not read
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
    /// Processes the verdicts that have come. Waits until at most `missing` have not come.
    void take_verdicts(std::size_t missing);
    void conclude(const Place& place, const BlockHeader& header, const Submitted& submitted);
    void refuse(const Place& place, const BlockHeader& header, std::string_view reason);
    void refuse_bytes(const RecordScanner& scanner, const Place& place, std::string_view reason);

    /// Verdicts that another thread has given and ours has not taken yet.
    struct Verdicts {
        struct Given {
            Place place;
            BlockHeader header;
            std::optional<Submitted> submitted;  ///< empty: there will be no verdict
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
