#include "block_importer.h"

#include <daler/primitives/chain_params.h>
#include <daler/util/log.h>

#include <fmt/format.h>

#include <deque>

namespace daler::chain {
namespace {

// A few more than the chain keeps open, so that the workers never wait for the reading.
constexpr std::size_t verdicts_to_wait_for = 20;

}  // namespace

ImportResult BlockImporter::result() {
    take_verdicts(0);
    auto result = result_;
    result.waiting = waiting_.size();
    return result;
}

void BlockImporter::scan(std::uint32_t file) {
    const auto scanner = hooks_.open(file);
    std::uint64_t at = 0;
    resynchronising_ = false;
    while (at < scanner.file_size() && !hooks_.stop()) {
        if (!scanner.has_magic_at(at)) {
            const auto next = scanner.find_magic(at).value_or(scanner.file_size());
            if (!resynchronising_ && !scanner.is_blank(at, next))
                refuse_bytes(scanner, {file, {at, 0}}, "no record starts here");
            resynchronising_ = false;
            at = next;
            continue;
        }
        const auto record = scanner.record_at(at);
        if (!record) {
            if (!resynchronising_)
                refuse_bytes(scanner, {file, {at, 0}}, "the size of the record is wrong");
            resynchronising_ = true;
            at += 1;
            continue;
        }
        resynchronising_ = false;
        take(scanner, {file, *record});
        // If a record does not parse, its size may be wrong, too.
        at = resynchronising_ ? at + 1 : record->end();
    }
}

void BlockImporter::take(const RecordScanner& scanner, const Place& place) {
    const Bytes start = scanner.read(place.record.payload(), BlockHeader::size);
    const auto header = decode_header(start);
    if (!header) return;
    const auto hash = header->hash();
    if (hooks_.is_stored(hash)) return;

    const Bytes bytes = scanner.read(place.record.payload(), place.record.size);
    auto decoded = decode_block(bytes);
    if (!decoded) {
        refuse(place, *header, describe(decoded.error()));
        resynchronising_ = true;
        return;
    }
    const auto block = std::make_shared<const Block>(std::move(*decoded));
    if (!hooks_.height(header->previous) && !hooks_.height(hash)) {
        // A damaged block must not wait: the hash of its parent may be what is damaged.
        const auto checked = consensus::check_block(block, hash, params_);
        if (!checked)
            refuse(place, *header, consensus::to_text(checked.error()));
        else
            waiting_.emplace(header->previous, place);
        return;
    }
    submit(place, block, hash, bytes);
    submit_waiting(hash);
}

void BlockImporter::submit(const Place& place, BlockRef block, const BlockHash& hash,
                           ByteSpan bytes) {
    const auto header = block->header;
    ++missing_verdicts_;
    hooks_.submit({std::move(block), hash, place.file, place.record.payload(), bytes},
                  [verdicts = verdicts_, place, header](const Submitted* submitted) {
                      Verdicts::Given given{place, header, std::nullopt};
                      if (submitted) given.submitted = *submitted;
                      const std::lock_guard lock(verdicts->mutex);
                      verdicts->given.push_back(std::move(given));
                      verdicts->arrived.notify_one();
                  });
    take_verdicts(hooks_.most_missing);
}

void BlockImporter::take_verdicts(std::size_t missing) {
    do {
        std::vector<Verdicts::Given> given;
        {
            std::unique_lock lock(verdicts_->mutex);
            if (missing_verdicts_ > missing)
                verdicts_->arrived.wait(lock, [this] { return !verdicts_->given.empty(); });
            given.swap(verdicts_->given);
        }
        missing_verdicts_ -= given.size();
        for (const auto& [place, header, submitted] : given)
            if (submitted) conclude(place, header, *submitted);
    } while (missing_verdicts_ > missing);
}

void BlockImporter::conclude(const Place& place, const BlockHeader& header,
                             const Submitted& submitted) {
    if (submitted.verdict) {
        if (submitted.is_new) ++result_.accepted;
        return;
    }
    const auto& rejection = submitted.verdict.error();
    // The log already has a line about the invalid block below.
    if (rejection.reason == consensus::Reason::bad_previous) {
        ++result_.rejected;
        return;
    }
    refuse(place, header, consensus::to_text(rejection));
}

void BlockImporter::submit_waiting(const BlockHash& first) {
    std::deque<BlockHash> parents{first};
    while (!parents.empty() && !waiting_.empty() && !hooks_.stop()) {
        const auto parent = parents.front();
        parents.pop_front();
        if (!hooks_.height(parent)) continue;
        const auto [begin, end] = waiting_.equal_range(parent);
        std::vector<Place> places;
        for (auto at = begin; at != end; ++at)
            places.push_back(at->second);
        waiting_.erase(begin, end);
        for (const auto& place : places) {
            const auto scanner = hooks_.open(place.file);
            const Bytes bytes = scanner.read(place.record.payload(), place.record.size);
            auto decoded = decode_block(bytes);
            if (!decoded) continue;  // the file has changed since
            const auto block = std::make_shared<const Block>(std::move(*decoded));
            const auto hash = block->header.hash();
            submit(place, block, hash, bytes);
            parents.push_back(hash);
        }
    }
}

void BlockImporter::refuse(const Place& place, const BlockHeader& header, std::string_view reason) {
    ++result_.rejected;
    const auto parent = hooks_.height(header.previous);
    const auto height = parent ? fmt::format("{}", *parent + 1) : std::string("unknown");
    log::warning("{}: block at byte {} (height {}, hash {}) refused: {}", hooks_.name(place.file),
                 place.record.offset, height, header.hash().to_hex(), reason);
}

void BlockImporter::refuse_bytes(const RecordScanner& scanner, const Place& place,
                                 std::string_view reason) {
    // If only the frame is damaged, these bytes are the header, whose hash names the block.
    if (const auto header =
            decode_header(scanner.read(place.record.payload(), BlockHeader::size))) {
        refuse(place, *header, reason);
        return;
    }
    ++result_.rejected;
    log::warning("{}: damaged at byte {}: {}", hooks_.name(place.file), place.record.offset,
                 reason);
}

ImportResult import_blocks(const std::filesystem::path& file, const ChainParams& params,
                           const SubmitBlock& submit,
                           const std::function<std::optional<Height>(const BlockHash&)>& height,
                           const std::atomic<bool>& stop) {
    const std::shared_ptr<const storage::File> opened =
        storage::real_file_system().open(file, storage::OpenMode::read);
    BlockImporter::Hooks hooks;
    hooks.submit = [&](const BlockImporter::Found& found, Chainstate::SubmitHandler done) {
        submit(found.block, std::move(done));
    };
    hooks.height = height;
    hooks.is_stored = [](const BlockHash&) { return false; };
    hooks.open = [&](std::uint32_t) { return RecordScanner(opened, {}, params.magic); };
    hooks.name = [&](std::uint32_t) { return file.string(); };
    hooks.stop = [&] { return stop.load(); };
    hooks.most_missing = verdicts_to_wait_for;
    BlockImporter importer(params, std::move(hooks));
    importer.scan(0);
    const auto result = importer.result();
    log::info("{}: {} blocks imported, {} refused, {} wait for a parent that is missing",
              file.string(), result.accepted, result.rejected, result.waiting);
    return result;
}

}  // namespace daler::chain
