#include <chain/block_importer.h>
#include <daler/primitives/chain_params.h>
#include <daler/util/ensure.h>

#include <map>

// Random bytes as a file of blocks: the importer ends, passes on only blocks whose parents it has
// passed on, and counts them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    using namespace daler::chain;
    static const ChainParams params = regtest_params();
    const auto files = storage::memory_file_system();
    const auto written = files->open("/blocks", storage::OpenMode::create);
    // The first byte selects an XOR key; a random file would not contain the magic.
    storage::XorKey key{};
    if (size > 0) key.fill(static_cast<std::uint8_t>(data[0] % 2));
    ByteWriter content;
    content.bytes(params.magic);
    if (size > 1) content.bytes({data + 1, size - 1});
    Bytes bytes = content.take();
    storage::apply_xor(key, bytes, 0);
    written->write(bytes, 0);

    std::map<BlockHash, Height> known{{params.genesis_hash, 0}};
    std::size_t submitted = 0;
    BlockImporter::Hooks hooks;
    hooks.submit = [&](const BlockImporter::Found& found, const Chainstate::SubmitHandler& done) {
        ensure(known.contains(found.block->header.previous));
        ensure(found.offset + found.bytes.size() <= bytes.size());
        ensure(found.block->header.hash() == found.hash);
        ++submitted;
        known.emplace(found.hash, known.at(found.block->header.previous) + 1);
        const Submitted accepted{{}, true, true, nullptr};
        done(&accepted);
    };
    hooks.height = [&](const BlockHash& hash) {
        const auto found = known.find(hash);
        return found == known.end() ? std::nullopt : std::optional(found->second);
    };
    hooks.is_stored = [](const BlockHash&) { return false; };
    hooks.open = [&](std::uint32_t) {
        return RecordScanner(files->open("/blocks", storage::OpenMode::read), key, params.magic);
    };
    hooks.name = [](std::uint32_t) { return "blocks"; };
    hooks.stop = [] { return false; };
    BlockImporter importer(params, std::move(hooks));
    importer.scan(0);
    ensure(importer.result().accepted == submitted);
    return 0;
}
