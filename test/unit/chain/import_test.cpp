#include <test.h>

#include "fixture.h"

#include <daler/chain/import.h>
#include <daler/util/log.h>
#include <daler/util/random.h>

#include <fstream>

using namespace daler;
using namespace daler::chain;
using namespace daler::test;

namespace {

Bytes framed(const BlockRef& block) {
    ByteWriter writer;
    const auto bytes = encode(*block);
    writer.bytes(regtest_params().magic);
    writer.u32(static_cast<std::uint32_t>(bytes.size()));
    writer.bytes(bytes);
    return writer.take();
}

void append(Bytes& out, const Bytes& more) {
    out.insert(out.end(), more.begin(), more.end());
}

struct Imported {
    ImportResult result;
    Height height = 0;
    std::vector<std::string> lines;  ///< of the log, about blocks
};

Imported import(Node& node, const Bytes& content) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "bootstrap.dat";
    std::ofstream(file, std::ios::binary) << as_text(content);
    const auto log_file = folder.path() / "log";
    log::Options logging;
    logging.file = log_file.string();
    logging.console = log::Console::none;
    log::start(logging);
    const std::atomic<bool> stop{false};
    Imported out;
    out.result = import_blocks(
        file, node.builder.params(),
        [&](const BlockRef& block, const Chainstate::SubmitHandler& done) {
            const auto submitted = node.state->submit(block);
            done(&submitted);
        },
        [&](const BlockHash& hash) -> std::optional<Height> {
            const auto* entry = node.state->index().find(hash);
            return entry ? std::optional(entry->height) : std::nullopt;
        },
        stop);
    log::stop();
    out.height = node.height();
    std::ifstream lines(log_file);
    for (std::string line; std::getline(lines, line);)
        if (line.find("bootstrap.dat: block at") != std::string::npos) out.lines.push_back(line);
    return out;
}

}  // namespace

TEST_CASE("blocks are imported in any order, with anything between them", "[chain]") {
    Node node;
    const auto blocks = node.builder.chain(node.builder.genesis(), 12);
    Bytes content(1000, 0);
    append(content, framed(node.builder.params().genesis));
    Random random(3);
    auto shuffled = blocks;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    for (const auto& block : shuffled) {
        append(content, framed(block));
        append(content, Bytes(random.below(20), 0));
    }
    const auto imported = import(node, content);
    CHECK(imported.result.accepted == 12);
    CHECK(imported.result.rejected == 0);
    CHECK(imported.result.waiting == 0);
    CHECK(node.tip() == hash_of(blocks.back()));
    CHECK(imported.lines.empty());
    // A second import finds no new block and no error.
    const auto again = import(node, content);
    CHECK(again.result.accepted == 0);
    CHECK(again.result.rejected == 0);
}

TEST_CASE("any flipped byte ends the chain at the block before, with one line", "[chain]") {
    ChainBuilder builder;
    const auto blocks = builder.chain(builder.genesis(), 6);
    Bytes content;
    std::vector<std::size_t> starts;
    for (const auto& block : blocks) {
        starts.push_back(content.size());
        append(content, framed(block));
    }
    Random random(11);
    std::size_t decode_errors = 0;
    for (int i = 0; i < 150; ++i) {
        // The framing, the header and the transactions in turn.
        const std::size_t victim = random.below(blocks.size());
        const std::size_t size = framed(blocks[victim]).size();
        const std::size_t at = starts[victim] + (i % 3 == 0   ? random.below(8)
                                                 : i % 3 == 1 ? 8 + random.below(80)
                                                              : 88 + random.below(size - 88));
        auto damaged = content;
        damaged[at] ^= static_cast<std::uint8_t>(1u << random.below(8));
        Node node(Node::in_memory(), regtest_params());
        const auto imported = import(node, damaged);
        CAPTURE(victim, at - starts[victim], imported.lines);
        // On regtest half of all changed headers still have proof of work: such a block may be
        // refused for another reason, or wait for a parent that does not exist.
        const bool changed_parent =
            at >= starts[victim] + 12 && at < starts[victim] + 44 && imported.lines.empty();
        if (changed_parent) {
            CHECK(imported.result.waiting == blocks.size() - victim);
            continue;
        }
        const bool changed_time = imported.height > static_cast<Height>(victim);
        if (changed_time) continue;  // another valid block
        CHECK(imported.height == static_cast<Height>(victim));
        REQUIRE(imported.lines.size() == 1);
        const auto& line = imported.lines[0];
        CHECK(mentions(line, {"byte " + std::to_string(starts[victim]), "hash ", "refused: "}));
        decode_errors += line.find("end") != std::string::npos ? 1 : 0;
        CHECK(imported.result.rejected == 1);
        CHECK(imported.result.waiting == blocks.size() - victim - 1);
        // The node still works: the undamaged file gives it the rest.
        CHECK(import(node, content).height == 6);
    }
    CHECK(decode_errors > 0);
}

TEST_CASE("a file that cannot be read is named", "[chain]") {
    const std::atomic<bool> stop{false};
    CHECK(mentions(thrown([&] {
                       (void)import_blocks(
                           "/nonexistent/bootstrap.dat", regtest_params(),
                           [](const BlockRef&, const Chainstate::SubmitHandler&) {},
                           [](const BlockHash&) { return false; }, stop);
                   }),
                   {"/nonexistent/bootstrap.dat"}));
}
