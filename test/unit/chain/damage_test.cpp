#include <test.h>

#include "fixture.h"

#include <daler/storage/database.h>

#include <fstream>

using namespace daler;
using namespace daler::chain;
using namespace daler::test;

namespace {

void flip(const std::filesystem::path& file, std::uintmax_t at) {
    std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
    stream.seekg(static_cast<std::streamoff>(at));
    const auto byte = stream.get();
    stream.seekp(static_cast<std::streamoff>(at));
    stream.put(static_cast<char>(byte ^ 4));
}

}  // namespace

TEST_CASE("damaged files are named, with the remedy, and the remedy works", "[chain]") {
    const TemporaryFolder folder;
    const auto blk = folder.path() / "blocks/blk00000.dat";
    const auto rev = folder.path() / "blocks/rev00000.dat";
    Node node(Node::in_folder(folder.path()));
    const auto blocks = node.extend(10);
    const auto tip = node.tip();
    node.state->flush();
    node.state.reset();
    const auto record = encode(*blocks[0]).size() + 8;
    const auto open = [&] { node.open(); };

    SECTION("a missing block file") {
        std::filesystem::rename(blk, folder.path() / "aside");
        CHECK(mentions(thrown(open), {"blk00000.dat", "missing", "-reindex"}));
        std::filesystem::rename(folder.path() / "aside", blk);
    }
    SECTION("a short block file") {
        std::filesystem::copy_file(blk, folder.path() / "aside");
        std::filesystem::resize_file(blk, std::filesystem::file_size(blk) - 1);
        CHECK(mentions(thrown(open), {"blk00000.dat", "short", "-reindex"}));
        std::filesystem::rename(folder.path() / "aside", blk);
    }
    SECTION("a flipped bit in one of the last blocks") {
        flip(blk, std::filesystem::file_size(blk) - 20);
        CHECK(mentions(thrown(open), {"blk00000.dat", "height 10", "damaged", "-reindex"}));
        flip(blk, std::filesystem::file_size(blk) - 20);
    }
    SECTION("a missing undo file") {
        std::filesystem::remove(rev);
        CHECK(mentions(thrown(open), {"rev00000.dat", "-reindex"}));
        node.options.reindex = true;
    }
    SECTION("a flipped bit in undo data") {
        flip(rev, std::filesystem::file_size(rev) - 35);
        CHECK(mentions(thrown(open), {"rev00000.dat", "-reindex"}));
        node.options.reindex = true;
    }
    SECTION("a missing block index") {
        std::filesystem::remove_all(folder.path() / "blocks/index");
        CHECK(mentions(thrown(open), {"blocks/index", "-reindex"}));
        node.options.reindex = true;
    }
    SECTION("an index without the file that lists its tables") {
        std::filesystem::remove(folder.path() / "blocks/index/CURRENT");
        CHECK(mentions(thrown(open), {"blocks/index", "-reindex"}));
        node.options.reindex = true;
    }
    SECTION("coins without the file that lists their tables") {
        std::filesystem::remove(folder.path() / "chainstate/CURRENT");
        CHECK(mentions(thrown(open), {"chainstate", "-reindex-chainstate"}));
        node.options.reindex_chainstate = true;
    }
    SECTION("an old block is damaged: found when it is read, and no block is invalid for it") {
        flip(blk, 293 + 2 * record + 100);
        node.open();
        const auto* entry = node.state->view()->at(3);
        CHECK(mentions(thrown([&] { (void)node.state->read_block(*entry); }),
                       {"blk00000.dat", "height 3", "-reindex"}));
        CHECK(mentions(thrown([&] { (void)node.state->read_block_bytes(*entry); }),
                       {"blk00000.dat"}));
        CHECK_FALSE(entry->is_failed());
        node.state.reset();
        flip(blk, 293 + 2 * record + 100);
    }
    SECTION("a coin is missing that the last blocks made") {
        storage::Database::Options options;
        options.folder = folder.path() / "chainstate";
        {
            storage::Database coins(options);
            auto at = coins.iterate();
            const std::uint8_t prefix = 'C';
            for (at.seek({&prefix, 1}); at.valid() && at.key()[0] == prefix; at.next())
                coins.erase(Bytes(at.key().begin(), at.key().end()));
        }
        CHECK(mentions(thrown(open), {"coins", "-reindex-chainstate"}));
        node.options.reindex_chainstate = true;
    }
    SECTION("a damaged block is skipped by -reindex, its descendants wait for it") {
        flip(blk, 293 + 8 * record + 100);
        node.options.reindex = true;
        node.open();
        CHECK(node.height() == 8);
        node.extend(std::span(blocks).subspan(8));
    }
    node.open();
    CHECK(node.tip() == tip);
    CHECK(node.coins_hash() == replayed_hash(node));
}
